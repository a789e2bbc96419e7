import { useEffect, useRef } from "preact/hooks";
import { focusTargets, keys } from "../state/keys.ts";

/** The list of keys. */
export function HelpDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    focusTargets.help = () => dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} id="help" aria-label="keys">
      <h3>Keys</h3>
      <table>
        <tbody>
          {keys.map(({ shown, what }) => (
            <tr key={shown}>
              <td>
                <kbd>{shown}</kbd>
              </td>
              <td>{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <form method="dialog">
        <button type="submit" class="ib">
          Close
        </button>
      </form>
    </dialog>
  );
}
