import { codeOf } from './codes.ts';
import type { Cells } from './columns.ts';

export interface Named {
  readonly code: string;
  readonly name: string;
}

export interface Point extends Named {
  readonly latitude: number | null;
  readonly longitude: number | null;
}

/** The catalogue entries that rows name, by code. */
export interface Place {
  readonly types: ReadonlyMap<string, Named>;
  readonly clients: ReadonlyMap<string, Named>;
  readonly points: ReadonlyMap<string, Point>;
  see(cells: Cells): void;
  codes(cells: Cells): {
    readonly typeCode: string;
    readonly clientCode: string | null;
    readonly samplePointCode: string | null;
  };
}

const MAX_NAME = 200;

/** Gathers sample types, clients (the organizations) and sample points; what was seen first gives the name. */
export function placesOf(): Place {
  const types = new Map<string, Named>();
  const clients = new Map<string, Named>();
  const points = new Map<string, Point>();
  const codes = ({ media, organization, location }: Cells) => ({
    typeCode: codeOf((media || 'Water').toUpperCase(), 40),
    clientCode: organization === '' ? null : codeOf(organization, 40),
    samplePointCode: location === '' ? null : codeOf(location, 80),
  });
  const keep = <T extends Named>(map: Map<string, T>, entry: T) => {
    if (!map.has(entry.code)) map.set(entry.code, { ...entry, name: entry.name.slice(0, MAX_NAME) });
  };
  return {
    ...{ types, clients, points, codes },
    see(cells) {
      const { typeCode, clientCode, samplePointCode } = codes(cells);
      keep(types, { code: typeCode, name: cells.media || 'Water' });
      if (clientCode) keep(clients, { code: clientCode, name: cells.organizationName || cells.organization });
      if (!samplePointCode) return;
      const latitude = degrees(cells.latitude, 90);
      const longitude = degrees(cells.longitude, 180);
      const known = latitude !== null && longitude !== null;
      keep(points, {
        code: samplePointCode,
        name: cells.locationName || cells.location,
        latitude: known ? latitude : null,
        longitude: known ? longitude : null,
      });
    },
  };
}

function degrees(text: string, most: number): number | null {
  const number = text === '' ? Number.NaN : Number(text);
  return Math.abs(number) <= most ? number : null;
}
