import type { Location } from "@xgt/findings";
import { RESERVATIONS_MAX, TREE_BYTES_MAX, TREE_DEPTH_MAX, TREE_NODES_MAX } from "../limits.ts";
import {
  addNode,
  type DeviceTree,
  type DtNode,
  givePhandle,
  labelled,
  nodeAt,
  phandleOf,
  type TreeProblem,
  type TreeReading,
  walk,
} from "./device-tree.ts";
import { readExpression, readLiteral } from "./dts-expression.ts";
import { DtsError, DtsScanner } from "./dts-scanner.ts";
import { type DtsValue, type PendingReference, readValue } from "./dts-value.ts";

const CPP = "run the source through cpp first (cpp -nostdinc -undef -x assembler-with-cpp)";

/** A property whose references are filled in at the end. */
interface OpenProperty {
  readonly node: DtNode;
  readonly name: string;
  readonly location: Location;
  readonly value: DtsValue;
}

/**
 * Reads a device tree source file that cpp has been over (or that needs none): labels, references, overlays, /bits/,
 * expressions, deletions. Never throws: problems carry the node path and the line.
 */
export function readDts(text: string, path: string): TreeReading {
  const reader = new DtsReader(text, path);
  const problems: TreeProblem[] = [];
  try {
    if (text.length > TREE_BYTES_MAX) {
      throw new DtsError(`longer than ${TREE_BYTES_MAX} bytes`, { path, place: 1, unit: "line" }, "split it");
    }
    reader.read();
  } catch (error) {
    if (!(error instanceof DtsError)) throw error;
    const { message, location, next } = error;
    problems.push({ message, nodePath: reader.current.path, location, next });
  }
  return { tree: reader.tree, problems: [...problems, ...reader.resolve()] };
}

class DtsReader {
  readonly tree: DeviceTree;
  current: DtNode;
  private readonly scanner: DtsScanner;
  private readonly open: OpenProperty[] = [];
  private nodes = 0;
  private plugin = false;
  private fragments = 0;

  constructor(text: string, path: string) {
    this.scanner = new DtsScanner(text, path);
    this.tree = {
      path,
      root: addNode(null, "", { path, place: 1, unit: "line" }),
      reservations: [],
      overlay: false,
      fixups: [],
    };
    this.current = this.tree.root;
  }

  read(): void {
    const { scanner } = this;
    while (scanner.peek() !== "") {
      if (scanner.take("/dts-v1/")) scanner.expect(";", "/dts-v1/");
      else if (scanner.take("/plugin/")) this.readPlugin();
      else if (scanner.take("/memreserve/")) this.readReservation();
      else if (scanner.take("/delete-node/")) this.deleteReferenced();
      else if (scanner.take("/omit-if-no-ref/")) this.skipReference();
      else if (scanner.take("/include/"))
        scanner.fail("/include/ is not followed", "let dtc or cpp merge the files");
      else if (scanner.take("&")) this.readReferenced();
      else if (scanner.take("/")) this.readBody(this.tree.root, 0);
      else if (scanner.takeLabel() === null) scanner.fail(`"${scanner.peek()}" is not expected here`, CPP);
    }
  }

  private readPlugin(): void {
    this.scanner.expect(";", "/plugin/");
    this.plugin = true;
    Object.assign(this.tree, { overlay: true });
  }

  private readReservation(): void {
    const { scanner } = this;
    const location = scanner.here();
    const start = scanner.take("(") ? readExpression(scanner) : readLiteral(scanner);
    const size = scanner.take("(") ? readExpression(scanner) : readLiteral(scanner);
    scanner.expect(";", "/memreserve/");
    if (this.tree.reservations.length >= RESERVATIONS_MAX) scanner.fail("too many memory reservations");
    this.tree.reservations.push({ start, size, location });
  }

  private skipReference(): void {
    this.scanner.expect("&", "/omit-if-no-ref/");
    this.scanner.reference();
    this.scanner.expect(";", "/omit-if-no-ref/");
  }

  private deleteReferenced(): void {
    this.scanner.expect("&", "/delete-node/");
    const target = this.find(this.scanner.reference());
    if (target?.parent) target.parent.children.splice(target.parent.children.indexOf(target), 1);
    this.scanner.expect(";", "/delete-node/");
  }

  /** `&label { ... };` at the top: into the node where it is known, else a fragment as dtc makes it. */
  private readReferenced(): void {
    const location = this.scanner.here();
    const target = this.scanner.reference();
    const node = this.plugin ? null : this.find(target);
    if (node !== null) {
      this.readBody(node, node.path.split("/").length);
      return;
    }
    if (!this.plugin) this.scanner.fail(`&${target}: no node has this label`);
    const fragment = addNode(this.tree.root, `fragment@${this.fragments++}`, location);
    const [name, text] = target.startsWith("/") ? ["target-path", target] : ["xgt,target-label", target];
    fragment.properties.set(name, { name: name, data: Buffer.from(`${text}\0`, "latin1"), location });
    this.readBody(addNode(fragment, "__overlay__", location), 2);
  }

  private find(target: string): DtNode | null {
    return target.startsWith("/") ? nodeAt(this.tree, target) : labelled(this.tree, target);
  }

  private readBody(node: DtNode, depth: number): void {
    const { scanner } = this;
    if (depth >= TREE_DEPTH_MAX) scanner.fail(`nodes nested deeper than ${TREE_DEPTH_MAX}`);
    const outer = this.current;
    this.current = node;
    scanner.expect("{", `node ${node.path}`);
    while (!scanner.take("}")) {
      if (scanner.peek() === "") scanner.fail(`node ${node.path} has no }`);
      this.readMember(node, depth);
    }
    scanner.expect(";", `node ${node.path}`);
    this.current = outer;
  }

  private readMember(node: DtNode, depth: number): void {
    const { scanner } = this;
    if (scanner.take("/delete-property/")) {
      node.properties.delete(scanner.name());
      scanner.expect(";", "/delete-property/");
      return;
    }
    if (scanner.take("/delete-node/")) {
      const name = scanner.take("&") ? (this.find(scanner.reference())?.name ?? "") : scanner.name();
      const index = node.children.findIndex((child) => child.name === name);
      if (index >= 0) node.children.splice(index, 1);
      scanner.expect(";", "/delete-node/");
      return;
    }
    if (scanner.take("/include/"))
      scanner.fail("/include/ is not followed", "let dtc or cpp merge the files");
    scanner.take("/omit-if-no-ref/");
    const labels: string[] = [];
    for (let label = scanner.takeLabel(); label !== null; label = scanner.takeLabel()) labels.push(label);
    scanner.peek();
    const location = scanner.here();
    const name = scanner.name();
    if (name === "") scanner.fail(`"${scanner.peek()}" is not expected in node ${node.path}`, CPP);
    if (scanner.peek() === "{") {
      this.readChild(node, name, labels, location, depth);
      return;
    }
    const value = scanner.take("=") ? readValue(scanner) : { parts: [], references: [], length: 0 };
    scanner.expect(";", `property ${name}`);
    this.setProperty(node, name, location, value);
  }

  private readChild(node: DtNode, name: string, labels: string[], location: Location, depth: number): void {
    const known = node.children.find((child) => child.name === name);
    if (known === undefined && ++this.nodes > TREE_NODES_MAX) {
      this.scanner.fail(`more than ${TREE_NODES_MAX} nodes`);
    }
    const child = known ?? addNode(node, name, location);
    child.labels.push(...labels);
    this.readBody(child, depth + 1);
  }

  private setProperty(node: DtNode, name: string, location: Location, value: DtsValue): void {
    node.properties.set(name, { name, data: Buffer.concat(value.parts), location });
    if (value.references.length > 0) this.open.push({ node, name, location, value });
  }

  /** Fills in phandles and paths once every node is known. */
  resolve(): TreeProblem[] {
    const problems: TreeProblem[] = [];
    const used = new Set<number | null>();
    for (const node of walk(this.tree.root)) used.add(phandleOf(node));
    let next = 1;
    const free = () => {
      while (used.has(next)) next++;
      return next++;
    };
    for (const property of this.open) {
      // A later assignment or deletion has taken this value's place.
      if (property.node.properties.get(property.name)?.location !== property.location) continue;
      const data = Buffer.concat(property.value.parts);
      let parts: Buffer[] | null = null;
      let taken = 0;
      const marks: number[] = [];
      for (const reference of property.value.references) {
        const target = this.find(reference.target);
        if (target === null) {
          if (this.plugin) this.keepFixup(property, reference);
          else problems.push(unknownLabel(property, reference));
        } else if (reference.kind === "phandle") {
          const phandle = phandleOf(target) ?? givePhandle(target, free(), reference.line);
          data.writeUInt32BE(phandle >>> 0, reference.offset);
          marks.push(reference.offset);
        } else {
          parts ??= [];
          parts.push(data.subarray(taken, reference.offset), Buffer.from(`${target.path}\0`, "latin1"));
          taken = reference.offset;
        }
      }
      const whole = parts === null ? data : Buffer.concat([...parts, data.subarray(taken)]);
      property.node.properties.set(property.name, {
        name: property.name,
        data: whole,
        location: property.location,
        // Paths among the cells move what stands behind them; such properties are strings in practice.
        ...(parts === null && { references: marks }),
      });
    }
    return problems;
  }

  private keepFixup({ node, name }: OpenProperty, { target, offset, kind }: PendingReference): void {
    if (kind !== "phandle") return;
    this.tree.fixups.push({ label: target, node, property: name, offset });
  }
}

function unknownLabel(property: OpenProperty, reference: PendingReference): TreeProblem {
  return {
    message: `property ${property.name} refers to &${reference.target}, which no node is`,
    nodePath: property.node.path,
    location: reference.line,
    next: "give the whole source (all includes merged), or the compiled .dtb",
  };
}
