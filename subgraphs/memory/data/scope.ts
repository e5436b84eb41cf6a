/** Whose memories a query may touch: always taken from the viewer, never from what a client sent. */
export interface Scope {
  readonly organizationId: string;
  readonly userId: string;
}

/** The people who share workflow patterns: the laboratory's staff, or those of one client. */
export interface Circle {
  readonly organizationId: string;
  readonly clientId: string | null;
}

const STAFF = 'staff';

/** The owner of the shelf on which a circle's patterns stand. */
export function circleOwner(clientId: string | null): string {
  return clientId ?? STAFF;
}
