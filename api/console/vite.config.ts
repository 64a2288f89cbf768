import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { emojis } from "./emojis";

// Nothing inline and nothing foreign: the page must live under `default-src 'none'`.
export default defineConfig({
  plugins: [react(), emojis()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    cssCodeSplit: true,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: "manifest.json",
  },
});
