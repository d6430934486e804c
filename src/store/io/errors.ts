// What was thrown, as the room speaks of it.

/** `ENOENT`, `LEVEL_LOCKED`: the code of an error that has one. */
export const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
