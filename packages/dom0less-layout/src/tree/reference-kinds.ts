/** How the cells of a property of references are cut into entries. */
export type ReferenceShape =
  /** A phandle, as many arguments as the target's `#*-cells` says (0 without it), and `extra` more. */
  | { readonly form: "list"; readonly cells: string; readonly extra: number }
  /** A phandle, then `count` numbers, again and again. */
  | { readonly form: "fixed"; readonly count: number }
  /** One phandle; whatever follows is numbers. */
  | { readonly form: "first" }
  /** Rows of `interrupt-map`. */
  | { readonly form: "interrupt-map" }
  /** Rows of a number, a phandle, as many arguments as the target's `#*-cells` says (else 1), and a number. */
  | { readonly form: "id-map"; readonly cells: string };

/** Properties that hold references, told by their names. */
interface ReferenceKind {
  readonly name: RegExp;
  readonly shape: ReferenceShape;
}

const list = (cells: string, extra = 0): ReferenceShape => ({ form: "list", cells, extra });
const plain: ReferenceShape = { form: "fixed", count: 0 };

/**
 * Bindings of the device tree specification, of dt-schema and of Linux's drivers/of/property.c
 * (of_supplier_bindings@6.12), the most particular first.
 */
export const referenceKinds: readonly ReferenceKind[] = [
  { name: /^(?:clocks|assigned-clocks|assigned-clock-parents|clock-parents)$/, shape: list("#clock-cells") },
  { name: /^interrupts-extended$/, shape: list("#interrupt-cells") },
  { name: /^interrupt-map$/, shape: { form: "interrupt-map" } },
  { name: /^iommu-map$/, shape: { form: "id-map", cells: "#iommu-cells" } },
  { name: /^msi-map$/, shape: { form: "id-map", cells: "#msi-cells" } },
  { name: /^(?:gpios?|(?!.*\b(?:nr|num)-gpios?$).+-gpios?)$/, shape: list("#gpio-cells") },
  { name: /^gpio-ranges$/, shape: { form: "fixed", count: 3 } },
  { name: /^msi-ranges$/, shape: list("#interrupt-cells", 1) },
  { name: /^cooling-device$/, shape: list("#cooling-cells") },
  { name: /^sound-dai$/, shape: list("#sound-dai-cells") },
  { name: /^msi-parent$/, shape: list("#msi-cells") },
  { name: /^nvmem-cells$/, shape: list("#nvmem-cell-cells") },
  { name: /^iommus$/, shape: list("#iommu-cells") },
  { name: /^pinctrl-\d+$/, shape: plain },
  { name: /-supply$/, shape: plain },
  { name: /(?:^|-)(?:phandles?|handles?)$/, shape: plain },
  { name: /^(?:phy|phy-handle|usb-phy|pcs-handle|companion|remote-endpoint|memory-region)$/, shape: plain },
  {
    name: /^(?:interrupt-parent|next-level-cache|mmc-pwrseq|extcon|operating-points-v2|trip)$/,
    shape: plain,
  },
  {
    name: /^(?:backlight|panel|ddc-i2c-bus|i2c-bus|i2c-parent|nvmem|sram|shmem|mdio-parent-bus)$/,
    shape: plain,
  },
  { name: /(?:^|[-,])syscon(?:-|$)/, shape: { form: "first" } },
  { name: /^(?:interconnects|resets|phys|dmas|pwms|mboxes|hwlocks|io-channels)$/, shape: plain },
  {
    name: /^(?:power|performance)-domains$|^(?:thermal-sensors|mux-controls|access-controllers)$/,
    shape: plain,
  },
];

/** Last words of names whose values are plain numbers, whatever nodes happen to have those phandles. */
const NUMBERS =
  /(?:^|[-,_#])(?:width|size|shift|freq|frequency|rate|rates|delay|latency|count|num|nr|div|mult|mask|offset|id|ids|level|levels|index|speed|ns|us|ms|ps|hz|mhz|khz|sec|microvolt|microamp|microwatt|watt|volt|voltage|strength|cells|lanes|depth|length|channels?|requests|mode|type|code|color|queues?|ports?|range|ranges|reg|function|pins|bits?|shift|sets|line|address|addr|time|period|threshold|hysteresis|temperature|cycles|table|map|tap|class|version|revision|number|value|order|priority|weight|power|enable|select|gain|stride|regions|uid|slots?|chip|bank|cs)$/i;

/** Properties of the specification whose cells are never phandles. */
const NO_REFERENCES: ReadonlySet<string> = new Set([
  "reg",
  "ranges",
  "dma-ranges",
  "interrupts",
  "interrupt-map-mask",
  "iommu-map-mask",
  "msi-map-mask",
  "bus-range",
  "phandle",
  "linux,phandle",
]);

/** True where the specification says that a property holds no references. */
export function holdsNone(name: string): boolean {
  return name.startsWith("#") || NO_REFERENCES.has(name);
}

const COUNTS = /(?:^|[-,])(?:num|nr|max|min)[-_]/;

/** True where a name says that its cells are numbers. */
export function isNumberName(name: string): boolean {
  return NUMBERS.test(name) || COUNTS.test(name);
}

/** The `#*-cells` that go with a name in the plural or in the singular: "power-domains" has #power-domain-cells. */
export function cellsNameOf(name: string): string {
  const own = name.slice(name.indexOf(",") + 1);
  const single = own.replace(/(?:(?<=x|sh|ch)es|s)$/, "");
  return `#${single}-cells`;
}
