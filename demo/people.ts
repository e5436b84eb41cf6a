import type { Role } from '#platform/identity/index.ts';

export const DEMO_PASSWORD = 'alims-demo';

export const DEMO_ORGANIZATION = {
  id: '01920000-0000-7000-8000-000000000001',
  name: 'Wasatch Water Laboratory',
} as const;
export const OTHER_ORGANIZATION = {
  id: '01920000-0000-7000-8000-000000000002',
  name: 'Harbour Food Laboratory',
} as const;

export interface DemoUser {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** What the first screen says of this person. */
  readonly says: string;
}

function person(number: number, email: string, name: string, role: Role, says: string): DemoUser {
  return { id: `01920000-0000-7000-8000-${String(number).padStart(12, '0')}`, email, name, role, says };
}

/** The people of the demonstration organization. */
export const DEMO_PEOPLE: readonly DemoUser[] = [
  person(11, 'admin@demo.test', 'Ada Nyberg', 'admin', 'manages people'),
  person(12, 'manager@demo.test', 'Mara Okafor', 'lab_manager', 'runs the laboratory'),
  person(13, 'clerk@demo.test', 'Cleo Barnes', 'lab_clerk', 'receives and registers samples'),
  person(14, 'analyst@demo.test', 'Ana Ruiz', 'analyst', 'enters results'),
  person(15, 'verifier@demo.test', 'Viktor Hahn', 'verifier', 'verifies what others entered'),
  person(16, 'auditor@demo.test', 'Aoife Brennan', 'auditor', 'reads everything, changes nothing'),
];

/** Joins once there is a client whose samples this person sees. */
export const CLIENT_PERSON = person(
  17,
  'client@demo.test',
  'Kai Lindqvist',
  'client',
  'sees the samples of one client',
);

/** The second organization: it sees nothing of the first. */
export const OTHER_PEOPLE: readonly DemoUser[] = [
  person(
    21,
    'manager@other.test',
    'Olu Adeyemi',
    'lab_manager',
    'runs another laboratory, which sees nothing of this one',
  ),
];

export const DEMO_USERS: readonly DemoUser[] = [...DEMO_PEOPLE, CLIENT_PERSON, ...OTHER_PEOPLE];
