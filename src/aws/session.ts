/** What one invocation has seen and done in AWS. It ends with the invocation: nothing is remembered from one to the next. */

/** The values of one invocation, each in the place that the room which needs it has made with {@link sessionValue}. */
export class Session {
  readonly values = new Map<symbol, Map<unknown, unknown>>();
}

/**
 * A place for one value in every session.
 *
 * @param make makes the value when it is first asked for in a session.
 * @param keyOf what the value is of, where a session has several.
 * @returns finds the value: the same for all who ask with one session, and one key.
 */
export function sessionValue<Value, Context extends { readonly session: Session }>(
  make: (context: Context) => Value,
  keyOf: (context: Context) => unknown = () => undefined,
): (context: Context) => Value {
  const place = Symbol();
  return (context) => {
    const { values: places } = context.session;
    const values = places.get(place) ?? new Map<unknown, unknown>();
    places.set(place, values);
    const key = keyOf(context);
    if (!values.has(key)) values.set(key, make(context));
    return values.get(key) as Value;
  };
}
