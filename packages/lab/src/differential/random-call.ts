import { GRANT_TABLE_OP, MEMORY_OP } from "@xgt/hypercall-abi";
import { Argument, type ScriptStep } from "./argument.ts";
import type { Caller } from "./caller.ts";
import { grantCalls } from "./grant-calls.ts";
import { memoryCalls } from "./memory-calls.ts";
import type { Random } from "./random.ts";

/** What one sequence remembers: which slots hold maps that were asked for. */
export interface SequenceState {
  /** Who makes the calls. */
  readonly caller: Caller;
  /** Maps that were asked for so far: the next one gets this slot. */
  nextSlot: number;
}

/** One hypercall as a step of the executor's script. */
type CallMaker = (random: Random, state: SequenceState) => ScriptStep;
/** Kinds of calls, with how often each is taken in relation to the others. */
export type WeightedCalls = readonly (readonly [weight: number, make: CallMaker])[];

/** No guest has memory there that it can name. */
const NOWHERE = 0x10n;

/** Sub-ops that Arm lacks, and pointers that lead nowhere. */
function oddCall(random: Random): ScriptStep {
  const argument = new Argument(32);
  if (random.once(2))
    return argument.call(MEMORY_OP, random.pick([5, 9, 10, 12, 13, 16, 17, 18, 19, 20, 22, 25, 40, 63]));
  return argument.callAt(random.pick([MEMORY_OP, GRANT_TABLE_OP]), random.pick([1, 0, 7, 15]), NOWHERE, 1);
}

const calls: WeightedCalls = [...memoryCalls, ...grantCalls, [2, oddCall]];
const WEIGHTS = calls.reduce((sum, [weight]) => sum + weight, 0);

/** Makes a random hypercall, biased to calls that change mappings. */
export function randomCall(random: Random, state: SequenceState): ScriptStep {
  let ticket = random.below(WEIGHTS);
  for (const [weight, make] of calls) {
    if (ticket < weight) return make(random, state);
    ticket -= weight;
  }
  return oddCall(random);
}
