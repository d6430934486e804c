// Names that both ends of the admin API use.

/** The package of our own services. */
export const apiPackage = 'verdigris.admin.v1alpha1'

/** Metadata (gRPC) and header (HTTP) with which a caller without a certificate names itself. */
export const actorHeader = 'x-verdigris-actor'

/** Trailer (gRPC) in which a server says its version. */
export const versionTrailer = 'verdigris-version'
