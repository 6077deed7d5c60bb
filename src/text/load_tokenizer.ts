export { loadTokenizer } from "./disk/mod.ts";
