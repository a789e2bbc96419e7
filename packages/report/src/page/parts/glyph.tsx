import type { Severity } from "@xgt/findings";

/** The sign of a severity, or of a good verdict; words beside it say the same. */
export function Glyph({ of }: { of: Severity | "good" }) {
  return (
    <svg class="glyph" viewBox="0 0 16 16" aria-hidden="true">
      {of === "error" && (
        <>
          <path class="g-err" d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" />
          <path class="g-onerr" d="M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8" />
        </>
      )}
      {of === "warning" && (
        <>
          <path class="g-warn" d="M8 1.2L15.3 14.5H.7z" />
          <path class="g-onwarn" d="M8 6v4M8 12.2v.2" />
        </>
      )}
      {of === "info" && (
        <>
          <path class="g-info" d="M8 2a6 6 0 110 12A6 6 0 018 2z" />
          <path class="g-info" d="M8 7.4v3.6M8 4.9v.1" />
        </>
      )}
      {of === "good" && (
        <>
          <path class="g-ok" d="M8 1a7 7 0 110 14A7 7 0 018 1z" />
          <path class="g-onerr" d="M4.8 8.2l2.3 2.4 4.2-4.9" />
        </>
      )}
    </svg>
  );
}
