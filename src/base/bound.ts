// What a room says of how large it has grown.

/** Something that must not grow without end: its size now (of the largest of its kind) and what it may be. */
export interface Bound {
  readonly what: string
  readonly size: number
  readonly limit: number
}
