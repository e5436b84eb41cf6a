import { shownValue, VARIABLES } from './variables.ts';

/** Text of .env.example: every variable with its meaning and default. */
export function envExample(): string {
  const lines = Object.entries(VARIABLES).map(
    ([name, variable]) => `# ${variable.meaning}\n# ${name}=${shownValue(variable)}\n`,
  );
  return `# Every variable that ALIMS reads. All are optional: without them everything runs embedded.\n\n${lines.join('\n')}`;
}
