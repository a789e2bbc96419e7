/** One choice of a few, all of which are seen. */
export interface Choice<T> {
  readonly value: T;
  readonly text: string;
  readonly hint: string;
}

/** A row of buttons of which one is pressed. */
export function Segments<T extends string>(props: {
  label: string;
  choices: readonly Choice<T>[];
  value: T;
  onChoose: (value: T) => void;
}) {
  return (
    <fieldset class="seg" aria-label={props.label}>
      {props.choices.map(({ value, text, hint }) => (
        <button
          type="button"
          key={value}
          title={hint}
          aria-pressed={value === props.value}
          onClick={() => props.onChoose(value)}
        >
          {text}
        </button>
      ))}
    </fieldset>
  );
}
