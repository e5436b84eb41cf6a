import type { Role } from './viewer.ts';

/** Every permission with the sentence that docs/permissions.md shows. */
export const PERMISSIONS = {
  'users:read': 'see the people of the organization',
  'users:manage': 'create people, change their roles, end their sessions',
  'catalogue:read': 'see sample types, clients, sample points and analysis services',
  'catalogue:manage': 'create and change sample types, clients, sample points and analysis services',
  'samples:read': 'see samples, analyses and results',
  'samples:register': 'register and receive samples',
  'samples:manage': 'assign and withdraw analyses',
  'results:enter': 'enter and correct results',
  'results:verify': 'verify results that somebody else entered',
  'workflows:read': 'see workflows and their history',
  'workflows:advance': 'start workflows and move them to the next stage',
  'workflows:manage': 'hold, resume, cancel and rework workflows',
  'rules:read': 'see facts and rules, ask and explain',
  'rules:write': 'assert facts, save and publish rules',
  'memory:use': 'store and search conversation context',
  'memory:forget': 'erase what another person stored',
  'files:read': 'see and download files shared with one',
  'files:write': 'upload files and new versions',
  'files:manage': 'share any file of the organization',
  'router:plan': 'see how the router plans an operation',
} as const;
export type Permission = keyof typeof PERMISSIONS;

const READ_ALL: readonly Permission[] = [
  'users:read',
  'catalogue:read',
  'samples:read',
  'workflows:read',
  'rules:read',
  'files:read',
];
const OWN_WORK: readonly Permission[] = ['memory:use', 'files:write'];

/** docs/permissions.md is generated from this table and the scopes in schema/. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  client: ['catalogue:read', 'samples:read', 'workflows:read', 'files:read', 'memory:use'],
  sampler: [
    'users:read',
    'catalogue:read',
    'samples:read',
    'samples:register',
    'workflows:read',
    'files:read',
    ...OWN_WORK,
  ],
  lab_clerk: [...READ_ALL, ...OWN_WORK, 'samples:register', 'samples:manage', 'workflows:advance', 'workflows:manage'],
  analyst: [...READ_ALL, ...OWN_WORK, 'results:enter', 'workflows:advance', 'workflows:manage'],
  verifier: [...READ_ALL, ...OWN_WORK, 'results:verify', 'workflows:advance'],
  lab_manager: [
    ...READ_ALL,
    ...OWN_WORK,
    'catalogue:manage',
    'samples:register',
    'samples:manage',
    'results:enter',
    'results:verify',
    'workflows:advance',
    'workflows:manage',
    'rules:write',
    'memory:forget',
    'files:manage',
  ],
  qc_officer: [...READ_ALL, ...OWN_WORK, 'catalogue:manage', 'results:verify', 'workflows:manage', 'rules:write'],
  auditor: [...READ_ALL],
  admin: [...READ_ALL, ...OWN_WORK, 'users:manage', 'catalogue:manage', 'memory:forget', 'files:manage', 'router:plan'],
  integration: [
    ...READ_ALL,
    ...OWN_WORK,
    'catalogue:manage',
    'samples:register',
    'results:enter',
    'workflows:advance',
    'router:plan',
  ],
};

/** The union of what the roles grant. */
export function permissionsOf(roles: readonly Role[]): ReadonlySet<Permission> {
  return new Set(roles.flatMap((role) => ROLE_PERMISSIONS[role]));
}
