/** What a guest's kernel says where it cannot work in the lab, and what to do about it. */
const troubles: readonly { readonly said: RegExp; readonly advice: (found: RegExpExecArray) => string }[] = [
  {
    said: /(\w+): version magic '([^']*?) ?' should be '([^']*?) ?'/,
    advice: ([, module, is, should]) =>
      `the kernel refuses the module ${module}, built for "${is}": it is "${should}" itself; ${OWN_TREE}`,
  },
  {
    said: /(\w+): disagrees about version of symbol (\w+)/,
    advice: ([, module, symbol]) =>
      `the kernel refuses the module ${module}: ${symbol} has another type or configuration; ${OWN_TREE}`,
  },
  {
    said: /(\w+): Unknown symbol (\w+)/,
    advice: ([, module, symbol]) =>
      `the kernel lacks ${symbol}, which the module ${module} uses; ${OWN_TREE}`,
  },
  {
    said: /(?:Loading of (?:unsigned )?module|module with unavailable key) is rejected/,
    advice: () => "the kernel takes signed modules only: build it without CONFIG_MODULE_SIG_FORCE",
  },
  {
    said: /VFS: Unable to mount root fs|No working init found/,
    advice: () =>
      "the kernel did not run the lab's initramfs: it needs CONFIG_BLK_DEV_INITRD, CONFIG_RD_GZIP and CONFIG_BINFMT_SCRIPT",
  },
];
const OWN_TREE = "give --kernel the tree that the kernel was built in, so that its own modules are used";

/** What in a console's text explains why a guest did not come up; undefined: nothing that is known. */
export function consoleTrouble(console: string): string | undefined {
  for (const { said, advice } of troubles) {
    const found = said.exec(console);
    if (found !== null) return advice(found);
  }
  return undefined;
}
