/**
 * All items of a paged answer.
 *
 * @param pages a paginator of the SDK.
 * @param itemsOf the items of one page; none may also be undefined.
 */
export async function allItems<Page, Item>(
  pages: AsyncIterable<Page>,
  itemsOf: (page: Page) => readonly Item[] | undefined,
): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of pages) items.push(...(itemsOf(page) ?? []));
  return items;
}

/**
 * The pages of an operation for which the SDK has no paginator.
 *
 * @param page asks for the page that a token names; for the first one without a token.
 */
export async function* pagesOf<Page extends { readonly nextToken?: string }>(
  page: (nextToken: string | undefined) => Promise<Page>,
): AsyncIterable<Page> {
  let nextToken: string | undefined;
  do {
    const answer = await page(nextToken);
    yield answer;
    ({ nextToken } = answer);
  } while (nextToken);
}
