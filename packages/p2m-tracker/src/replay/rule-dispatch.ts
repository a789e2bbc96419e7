import { argumentShapes } from "@xgt/hypercall-log";
import type { Call } from "../call/call.ts";
import type { Rule, RuleHooks, RunHooks } from "../rules/kinds/rule.ts";
import { frameKindNames } from "../state/frame-kind.ts";
import type { Change } from "../state/machine.ts";

type CallHook = (call: Call) => void;

/** The hooks of all rules, sorted so that a call or a change reaches only the rules that watch it. */
export class RuleDispatch {
  readonly hooks: readonly RuleHooks[];
  /** Those that watch the guest's table, and DMA pages. */
  readonly guestP2m: readonly RuleHooks[];
  readonly dma: readonly RuleHooks[];
  private readonly beginHooks: CallHook[][];
  private readonly beforeHooks: CallHook[][];
  private readonly afterHooks: CallHook[][];
  private readonly changeHooks: ((change: Change) => void)[][];
  /** By kinds as `changeHooks`; null: a rule has to see each frame. */
  private readonly runHooks: (RunHooks[] | null)[] = [];

  constructor(watched: readonly { rule: Rule; hooks: RuleHooks }[]) {
    this.hooks = watched.map((entry) => entry.hooks);
    this.beginHooks = this.byShape((hooks) => hooks.begin?.bind(hooks));
    this.beforeHooks = this.byShape((hooks) => hooks.before?.bind(hooks));
    this.afterHooks = this.byShape((hooks) => hooks.after?.bind(hooks));
    this.changeHooks = this.byKinds();
    this.guestP2m = this.hooks.filter((hooks) => hooks.guestP2m !== undefined);
    this.dma = this.hooks.filter((hooks) => hooks.dma !== undefined);
  }

  begin(call: Call): void {
    run(this.beginHooks, call);
  }

  before(call: Call): void {
    run(this.beforeHooks, call);
  }

  after(call: Call): void {
    run(this.afterHooks, call);
  }

  change(change: Change): void {
    const hooks = this.changeHooks[change.oldKind * frameKindNames.length + change.kind];
    for (let i = 0; i < hooks.length; i++) hooks[i](change);
  }

  /** Whether no rule has anything to say of a single frame of a run. */
  mayRun(change: Change, count: number): boolean {
    const hooks = this.runHooks[change.oldKind * frameKindNames.length + change.kind];
    if (hooks === null) return false;
    for (let i = 0; i < hooks.length; i++) if (!hooks[i].may(change, count)) return false;
    return true;
  }

  changeRun(change: Change, count: number): void {
    const hooks = this.runHooks[change.oldKind * frameKindNames.length + change.kind];
    if (hooks !== null) for (let i = 0; i < hooks.length; i++) hooks[i].add?.(change, count);
  }

  /** One list per sub-op; the last one is for sub-ops without a shape. */
  private byShape(hookOf: (hooks: RuleHooks) => CallHook | undefined): CallHook[][] {
    const lists: CallHook[][] = Array.from({ length: argumentShapes.length + 1 }, () => []);
    for (const hooks of this.hooks) {
      const hook = hookOf(hooks);
      if (hook === undefined) continue;
      argumentShapes.forEach((shape, index) => {
        if (hooks.subOps === undefined || hooks.subOps.includes(shape.subOp.name)) lists[index].push(hook);
      });
      if (hooks.subOps === undefined) lists[argumentShapes.length].push(hook);
    }
    return lists;
  }

  private byKinds(): ((change: Change) => void)[][] {
    const kinds = frameKindNames.length;
    const lists: ((change: Change) => void)[][] = [];
    for (let from = 0; from < kinds; from++) {
      for (let to = 0; to < kinds; to++) {
        const list = this.hooks.filter(
          (hooks) =>
            hooks.change !== undefined &&
            (hooks.changes?.from?.some((kind) => kind === from) ?? true) &&
            (hooks.changes?.to?.some((kind) => kind === to) ?? true),
        );
        const runs = list.flatMap(({ runs }) => (runs === undefined ? [] : [runs]));
        this.runHooks.push(runs.length === list.length ? runs : null);
        lists.push(list.map((hooks) => (change: Change) => hooks.change?.(change)));
      }
    }
    return lists;
  }
}

function run(lists: CallHook[][], call: Call): void {
  const hooks = lists[call.shape?.index ?? argumentShapes.length];
  for (let i = 0; i < hooks.length; i++) hooks[i](call);
}
