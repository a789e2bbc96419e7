import { useEffect, useRef, useState } from "preact/hooks";
import { searchRun } from "../model/search.ts";
import { focusTargets } from "../state/keys.ts";
import type { PageController } from "../state/page-controller.ts";

/** Finds by number and name; each hit says of which kind it is. */
export function SearchBox({ page }: { page: PageController }) {
  const input = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState(0);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    focusTargets.search = () => input.current?.select();
  }, []);
  const hits = isOpen ? searchRun(page.run, query) : [];
  const isListed = isOpen && query.trim() !== "";
  const go = (at: number) => {
    const hit = hits[at];
    if (hit === undefined) return;
    page.go(hit.target);
    setOpen(false);
    document.querySelector<HTMLElement>(".map canvas")?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const by = event.key === "ArrowDown" ? 1 : -1;
      setChosen(hits.length === 0 ? 0 : (chosen + by + hits.length) % hits.length);
    } else if (event.key === "Enter") go(chosen);
    else if (event.key === "Escape") {
      setQuery("");
      setOpen(false);
      document.querySelector<HTMLElement>(".map canvas")?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <search class="search">
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-expanded={isListed}
        aria-controls="hits"
        aria-autocomplete="list"
        aria-activedescendant={isListed && hits.length > 0 ? `hit${chosen}` : undefined}
        aria-label="Search frame, handle, ref, device, task, rule"
        placeholder="frame, handle, ref, device, task, rule"
        autocomplete="off"
        spellcheck={false}
        value={query}
        onInput={(event) => {
          setQuery(event.currentTarget.value);
          setChosen(0);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      <kbd aria-hidden="true">/</kbd>
      <div class="results" id="hits" role="listbox" aria-label="search results" hidden={!isListed}>
        {hits.map(({ kind, name, about }, at) => (
          <div
            key={`${kind} ${name} ${about}`}
            id={`hit${at}`}
            role="option"
            tabIndex={-1}
            aria-selected={at === chosen}
            onPointerDown={(event) => {
              event.preventDefault();
              go(at);
            }}
          >
            <span class="k">{kind}</span>
            <span class="m">{name}</span>
            <span class="d">{about}</span>
          </div>
        ))}
        {isListed && hits.length === 0 && (
          <div role="option" tabIndex={-1} aria-selected="false">
            Nothing in this run matches.
          </div>
        )}
      </div>
    </search>
  );
}
