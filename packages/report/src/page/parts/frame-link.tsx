import { frameText } from "../model/texts.ts";
import type { PageController } from "../state/page-controller.ts";

/** A frame whose story can be gone to, at the event at hand. */
export function FrameLink({ page, frame, event }: { page: PageController; frame: number; event?: number }) {
  return (
    <button type="button" class="lk m" onClick={() => page.select(frame, event ?? page.state.value.event)}>
      {frameText(frame)}
    </button>
  );
}

/** An event that can be gone to. */
export function EventLink({ page, event, gfn }: { page: PageController; event: number; gfn: number }) {
  return (
    <button type="button" class="lk m" onClick={() => page.select(gfn, event)}>
      {`#${page.run.number(event)}`}
    </button>
  );
}
