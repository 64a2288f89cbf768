declare module "virtual:emojis" {
  /** The sign, what it is called, words it is found by, its group, and whether it takes a tone of skin. */
  const emojis: readonly (readonly [string, string, string, number, 0 | 1])[];
  export default emojis;
}
