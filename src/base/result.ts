// Expected outcomes as values: a function that can fail in ways its caller must handle returns a Result.

export type Ok<T> = { readonly ok: true; readonly value: T }
export type Err<E> = { readonly ok: false; readonly error: E }
/** The outcome of something that may fail in an expected way. Bugs throw instead. */
export type Result<T, E> = Ok<T> | Err<E>

/** Wraps a success. */
export const ok = <T>(value: T): Ok<T> => ({ ok: true, value })
/** Wraps an expected failure. */
export const err = <E>(error: E): Err<E> => ({ ok: false, error })
