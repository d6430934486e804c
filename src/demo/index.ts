// demo: real Envoys moved from blue to green and back under load, and every claim checked. Start at run-demo.

export type { LoadReport } from './rig/index.ts'
export { type DemoOptions, runDemo } from './run-demo.ts'
export { reportLines, sendLoad, serveBackend } from './stand-ins.ts'
