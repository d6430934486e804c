// channel: the protocol between deciding and streaming. In come values of either side, out they go at the other,
// through the codec or as they are. Start at protocol.ts.
export * from './codec.ts'
export * from './in-process.ts'
export * from './protocol.ts'
