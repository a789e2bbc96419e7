/** Where a link to a run's own page leads; null: nowhere that a page may lead to. */
export function pageLink(page: string | undefined): string | null {
  if (page === undefined || page === "") return null;
  // With a scheme only the web's: others would run something, or name what the reader's machine has.
  if (/^[^/?#]*:/.test(page)) return URL.canParse(page) && /^https?:/i.test(page) ? new URL(page).href : null;
  return page;
}
