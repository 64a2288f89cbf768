import { createRoot } from "react-dom/client";
import { App } from "./App";
import { show } from "./desk/preferences";
import { begin } from "./desk/session";
import "./base.css";
import "./ui/ui.css";
import "./shell/shell.css";

show();
const root = document.getElementById("root");
if (root) createRoot(root).render(<App />);
void begin();
