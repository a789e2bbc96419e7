import type { PageController } from "./page-controller.ts";

/** Keeps two runs that are compared at one frame, one choice of axes, and one part of the frames. */
export function linkPages(one: PageController, other: PageController): void {
  let isBusy = false;
  const follow = (from: PageController, to: PageController) => {
    const led = (act: () => void) => () => {
      if (isBusy) return;
      isBusy = true;
      act();
      isBusy = false;
    };
    from.state.listen(led(() => followState(from, to)));
    from.view.listen(led(() => followView(from, to)));
  };
  follow(one, other);
  follow(other, one);
  followState(other, one);
}

function followState(from: PageController, to: PageController): void {
  const { domid, gfn, time, frames, shown, by, theme } = from.state.value;
  const before = to.state.value;
  if (before.domid !== domid) to.chooseDomain(domid);
  if (before.time !== time) to.chooseTime(time);
  if (before.frames !== frames) to.chooseFrames(frames);
  to.set({ gfn, shown, by, theme });
  if (before.gfn !== gfn) to.select(gfn, to.lastEvent(gfn));
  followView(from, to);
}

function followView(from: PageController, to: PageController): void {
  const { y0, y1 } = from.view.value;
  to.view.set({ ...to.view.value, y0, y1 });
}
