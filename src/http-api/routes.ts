// Which method of the API a request means, by its HTTP method and path: the google.api.http rules of the .proto files, and
// nothing beside them. What does not fit is told what would have.
import type { AdminMethod, FileShape, HttpBinding } from '../admin/index.ts'
import { suggestion } from '../envoy-api/index.ts'
import {
  fillTemplate,
  matchTemplate,
  type PathTemplate,
  type PathValues,
  parseTemplate,
} from './path-template.ts'

/** One way to a method. */
export interface Route {
  readonly verb: HttpBinding['verb']
  readonly template: PathTemplate
  /** The request comes as a body; else as path and query. */
  readonly hasBody: boolean
  readonly method: AdminMethod
  /** Full names of its messages. */
  readonly request: string
  readonly response: string
  /** Its place among the ways to its method; 0: the main one. */
  readonly way: number
}

export type Found =
  | { readonly kind: 'route'; readonly route: Route; readonly values: PathValues }
  /** The path is there, for these HTTP methods. */
  | { readonly kind: 'otherVerb'; readonly allow: readonly string[] }
  /** `hint`: `; did you mean "POST /v1alpha1/…"?`, or nothing. */
  | { readonly kind: 'none'; readonly hint: string }

/** The ways to every method that is served. Throws where a method has none: the API is whole over HTTP. */
export function routesOf(files: readonly FileShape[], methods: readonly AdminMethod[]): readonly Route[] {
  return methods.flatMap((method): readonly Route[] => {
    const shape = files
      .flatMap((file) => file.service.map((service) => ({ file, service })))
      .find(
        ({ file, service }) =>
          `/${file.package}.${service.name}/` === method.path.slice(0, -method.method.length),
      )
      ?.service.method.find(({ name }) => name === method.method)
    if (shape === undefined || shape.http.length === 0)
      throw new Error(`${method.name} says no google.api.http: it cannot be called by HTTP`)
    return shape.http.map(({ verb, path, body }, index) => {
      if (body !== undefined && body !== '*')
        throw new Error(`${method.name}: a body other than * is not served`)
      return {
        verb,
        template: parseTemplate(path),
        hasBody: body === '*',
        method,
        request: shape.inputType.slice(1),
        response: shape.outputType.slice(1),
        way: index,
      }
    })
  })
}

/** What a request means. `path` is as it came, without the query. HEAD means GET. */
export function findRoute(routes: readonly Route[], verb: string, path: string): Found {
  const wanted = verb === 'HEAD' ? 'GET' : verb
  const fitting = routes
    .flatMap((route) => {
      const values = matchTemplate(route.template, path)
      return values === undefined ? [] : [{ route, values }]
    })
    .sort((a, b) => rank(b.route) - rank(a.route))
  const found = fitting.find(({ route }) => route.verb === wanted)
  if (found !== undefined) return { kind: 'route', ...found }
  // `pushes/7:abrot` is a misspelt verb rather than the name of a push, unless it is asked for.
  const others = fitting.filter(({ route }) => route.template.verb !== undefined || !/:[^/]*$/.test(path))
  if (others.length > 0) return { kind: 'otherVerb', allow: allowed(others.map(({ route }) => route.verb)) }
  const candidates = routes.map((route) => `${route.verb} ${fillTemplate(route.template, path)}`)
  const sameVerb = candidates.filter((candidate) => candidate.startsWith(`${wanted} `))
  const written = `${wanted} ${path}`
  return { kind: 'none', hint: suggestion(written, sameVerb) || suggestion(written, candidates) }
}

/** For the header Allow. */
export const allowed = (verbs: readonly string[]): readonly string[] => [
  ...new Set([...verbs.flatMap((verb) => (verb === 'GET' ? ['GET', 'HEAD'] : [verb])), 'OPTIONS']),
]

/** What says more comes first: a verb, then text in the place of variables. */
const rank = ({ template }: Route): number =>
  (template.verb === undefined ? 0 : 1_000) +
  template.segments.filter(({ kind }) => kind === 'literal').length
