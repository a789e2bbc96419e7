/** Whether dtc takes a text as the name of a property or node (PROPNODECHAR of its lexer), such as "interrupts" or "uart@9000000". */
export function isTreeName(name: string): boolean {
  return TREE_NAME.test(name);
}

/** A character of such a name. */
export const TREE_NAME_CHARACTER = /[A-Za-z0-9,._+*#?@-]/;
const TREE_NAME = new RegExp(`^${TREE_NAME_CHARACTER.source}+$`);
