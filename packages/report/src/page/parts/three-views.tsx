import { DmaDirection } from "@xgt/hypercall-log";
import type { ComponentChildren } from "preact";
import type { DomainModel } from "../model/domain-model.ts";
import { FrameKind } from "../model/frame-kinds.ts";
import { type Moment, momentOf } from "../model/moment.ts";
import { exactChange } from "../model/story.ts";
import { frameText } from "../model/texts.ts";
import type { PageController } from "../state/page-controller.ts";
import { EventLink } from "./frame-link.tsx";
import { KindChip } from "./swatch.tsx";

interface ViewsProps {
  readonly page: PageController;
  readonly domain: DomainModel;
  readonly gfn: number;
  readonly event: number;
  readonly theme: string;
}

/** What Xen maps at a frame, what the guest takes it for, what a device uses: side by side. */
export function ThreeViews(props: ViewsProps) {
  const { domain, gfn, event } = props;
  const moment = momentOf(domain, gfn, event);
  const { mfn, kind, guest, device, guestIsWrong, deviceIsWrong } = moment;
  const isWrong = guestIsWrong || deviceIsWrong;
  const isUsed = device?.isNow === true;
  const knownToBeNone = kind === FrameKind.hole && guest !== null && (guest.isEntry || isUsed);
  const first = guest !== null && mfn >= 0 ? mfn === guest.mfn : knownToBeNone ? false : null;
  const second =
    !isUsed || device.mfn < 0
      ? null
      : guest !== null
        ? device.mfn === guest.mfn
        : mfn >= 0
          ? device.mfn === mfn
          : null;
  return (
    <fieldset class="tri" aria-label={`both views of ${frameText(gfn)}`}>
      <XenBox {...props} moment={moment} />
      <Equal same={first} wrong={isWrong} />
      <GuestBox {...props} moment={moment} />
      <Equal same={second} wrong={deviceIsWrong} />
      <DeviceBox {...props} moment={moment} />
    </fieldset>
  );
}

function Box(props: {
  title: string;
  value: string;
  tone: "" | "bad" | "none";
  children: ComponentChildren;
}) {
  return (
    <div class={`v ${props.tone}`}>
      <div class="t">{props.title}</div>
      <div class="val">{props.value}</div>
      <div class="s">{props.children}</div>
      {props.tone === "bad" && <span class="wrongtag">wrong</span>}
    </div>
  );
}

function Equal({ same, wrong }: { same: boolean | null; wrong: boolean }) {
  if (same === null) return <div class="eq" />;
  return (
    <div class={!same && wrong ? "eq bad" : "eq"} role="img" aria-label={same ? "the same" : "differs"}>
      {same ? "=" : "≠"}
    </div>
  );
}

function XenBox({ domain, gfn, theme, moment: { kind, mfn, change } }: ViewsProps & { moment: Moment }) {
  const { changes } = domain.run.tables;
  const exact = change < 0 ? -1 : exactChange(domain, change, gfn);
  const words: string[] = [];
  if (kind === FrameKind.own) words.push(domain.head.mode === "direct-mapped" ? "1:1" : "not 1:1 by design");
  if (kind === FrameKind.grant && exact >= 0) {
    const step = gfn - changes.gfn[exact];
    if (changes.ref[exact] >= 0)
      words.push(`ref ${changes.ref[exact] + step} of domain ${changes.other[exact]}`);
    if (changes.handle[exact] >= 0) words.push(`handle ${changes.handle[exact] + step}`);
    if (changes.readOnly[exact] === 1) words.push("read-only");
  }
  if (kind === FrameKind.foreign) {
    const owner = exact < 0 || changes.other[exact] < 0 ? "another domain" : `domain ${changes.other[exact]}`;
    words.push(`page of ${owner}${mfn < 0 ? "; its frame is not known to the guest" : ""}`);
  }
  const value =
    mfn >= 0
      ? frameText(mfn)
      : kind === FrameKind.own
        ? "own RAM"
        : kind === FrameKind.hole
          ? "nothing"
          : "not known";
  return (
    <Box title="Xen maps here" value={value} tone="">
      <KindChip kind={domain.shownKind(kind, gfn)} theme={theme} /> {words.join(", ")}
    </Box>
  );
}

function GuestBox({ page, domain, gfn, moment: { guest, guestIsWrong } }: ViewsProps & { moment: Moment }) {
  if (guest === null) {
    return (
      <Box title="Guest believes" value="not recorded" tone="none">
        the log holds no entries of the guest's own table
      </Box>
    );
  }
  const isTranslated = domain.head.mode === "translated";
  return (
    <Box title="Guest believes" value={frameText(guest.mfn)} tone={guestIsWrong ? "bad" : ""}>
      {guest.isEntry ? (
        <>
          {"entry made at "}
          <EventLink page={page} event={guest.event} gfn={gfn} />
        </>
      ) : guest.event < 0 ? (
        `no entry in its table: takes gfn for frame${isTranslated ? ", if at all" : ""}`
      ) : (
        <>
          {"entry erased at "}
          <EventLink page={page} event={guest.event} gfn={gfn} />
          {": takes gfn for frame"}
        </>
      )}
    </Box>
  );
}

const directions: Readonly<Record<number, string>> = {
  [DmaDirection.unknown]: "direction not recorded",
  [DmaDirection.toDevice]: "reads memory",
  [DmaDirection.fromDevice]: "writes memory",
  [DmaDirection.bidirectional]: "reads and writes memory",
};

function DeviceBox({
  page,
  domain,
  gfn,
  moment: { device, deviceIsWrong },
}: ViewsProps & { moment: Moment }) {
  const { run } = domain;
  if (device === null) {
    const { hasDma } = run.head;
    return (
      <Box title="Device" value={hasDma ? "no DMA yet" : "not recorded"} tone="none">
        {hasDma ? "" : "the log holds no DMA"}
      </Box>
    );
  }
  const { dma } = run.tables;
  const name = run.name(dma.device[device.transfer]) ?? "device not named";
  return (
    <Box
      title={device.isNow ? "Device uses" : "Device last used"}
      value={device.mfn < 0 ? "not known" : frameText(device.mfn)}
      tone={deviceIsWrong ? "bad" : ""}
    >
      {`${directions[dma.direction[device.transfer]]}, ${name}, `}
      <EventLink page={page} event={dma.event[device.transfer]} gfn={gfn} />
    </Box>
  );
}
