/** What a run of the command ends with. */
export const ExitStatus = {
  /** Nothing at or above --fail-on. */
  clean: 0,
  findings: 1,
  /** Wrong use, or input that could not be read as a whole. */
  trouble: 2,
  /** SIGHUP: the terminal is gone. */
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

/** The section of every command's help that tells what the exit status means. */
export const exitStatusHelp = `Exit status:
  0    done
  2    wrong use, or input that is unreadable, corrupt or cut (what could be read is still shown)
  130  interrupted`;
