// validate: in come drafts and encoded resources, out come violations that name the object to mend. Nothing that
// breaks Envoy's own field constraints, refers to what is not there, or is too large passes; what would empty a
// fleet passes only by force. Start at drafts.ts, then resources.ts and guards.ts.
export * from './drafts.ts'
export * from './guards.ts'
export * from './resources.ts'
