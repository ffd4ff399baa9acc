/** What one invocation has seen and done in AWS. It ends with the invocation: nothing is remembered from one to the next. */

/** The values of one invocation, each in the place that the room which needs it has made with {@link sessionValue}. */
export class Session {
  readonly values = new Map<symbol, unknown>();
}

/**
 * A place for one value in every session.
 *
 * @param make makes the value when it is first asked for in a session.
 * @returns finds the value: the same for all who ask with one session.
 */
export function sessionValue<Value, Context extends { readonly session: Session }>(
  make: (context: Context) => Value,
): (context: Context) => Value {
  const place = Symbol();
  return (context) => {
    const { values } = context.session;
    if (!values.has(place)) values.set(place, make(context));
    return values.get(place) as Value;
  };
}
