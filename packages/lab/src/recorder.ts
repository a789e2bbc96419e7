/** Something that records beside the module while a scenario runs. The guest runs /share/before.sh and /share/after.sh. */
export interface Recorder {
  /** Files for the shared folder, before the guest boots. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Answers what the guest asks through the shared folder while it prepares. Throws LabError; ends when aborted. */
  answer(share: string, signal: AbortSignal): Promise<void>;
}
