import type { ComponentChildren } from "preact";
import type { PageController } from "../state/page-controller.ts";
import type { PageState } from "../state/page-state.ts";
import { Legend } from "./legend.tsx";
import { MapCanvas } from "./map-canvas.tsx";
import { Segments } from "./segments.tsx";

/** The map with its controls. */
export function MapPanel({
  title = "Map",
  legend = true,
  page,
  state,
  theme,
  readout,
}: {
  /** What the map is called; above the first of two maps stands no legend. */
  title?: string;
  legend?: boolean;
  page: PageController;
  state: PageState;
  theme: string;
  readout: ComponentChildren;
}) {
  const { domains } = page.run.head;
  return (
    <section class="map" aria-label={title}>
      <div class="bar">
        <h2>{title}</h2>
        {domains.length > 1 ? (
          <select
            aria-label="domain"
            value={state.domid}
            onChange={(event) => page.chooseDomain(Number(event.currentTarget.value))}
          >
            {domains.map(({ domid, mode }) => (
              <option key={domid} value={domid}>{`domain ${domid}, ${modeText(mode)}`}</option>
            ))}
          </select>
        ) : (
          <span>{`domain ${state.domid}, ${modeText(page.domain.head.mode)}`}</span>
        )}
        <span class="grow" />
        <Segments
          label="frames"
          value={state.frames}
          choices={[
            {
              value: "changed",
              text: "Changed frames",
              hint: "one row for each run of frames with one history (y)",
            },
            {
              value: "all",
              text: "All addresses",
              hint: "the whole address space, linear inside of each bank (y)",
            },
          ]}
          onChoose={(frames) => page.chooseFrames(frames)}
        />
        <Segments
          label="time"
          value={state.time}
          choices={[
            {
              value: "steps",
              text: "Steps",
              hint: "every event that touched one of these frames takes the same width; the others are folded (x)",
            },
            { value: "seconds", text: "Seconds", hint: "linear time (x)" },
          ]}
          onChoose={(time) => page.chooseTime(time)}
        />
        <button type="button" class="ib" title="show everything (0)" onClick={() => page.fit()}>
          Fit all
        </button>
      </div>
      {readout}
      <MapCanvas page={page} state={state} theme={theme} />
      {legend && <Legend page={page} theme={theme} domid={state.domid} />}
    </section>
  );
}

function modeText(mode: string): string {
  return mode === "unknown" ? "mode not known" : mode;
}
