// explain: in come a request and what a proxy is served, out comes the way that the request takes there: listener, virtual host,
// route, shares of environments, mirrors; and why the nearest others were not taken. Pure; start at explain.ts.
export * from './explain.ts'
export { portOf } from './listen.ts'
export * from './made-by.ts'
export * from './read-served.ts'
export type * from './types.ts'
