import { BadInputError } from '#platform/errors/index.ts';

/** Every collection compares vectors of this many numbers by cosine. */
export const DIMENSIONS = 384;
const MAX_MODEL_LENGTH = 100;

export interface Vector {
  readonly model: string;
  /** Exactly 384 finite numbers, not all of them 0. */
  readonly values: Float32Array;
}

function checkModel(model: string | null | undefined): string {
  const name = model?.trim() ?? '';
  if (name.length >= 1 && name.length <= MAX_MODEL_LENGTH) return name;
  throw new BadInputError(
    `"embeddingModel" must name the model that made the embedding in 1 to ${MAX_MODEL_LENGTH} characters: vectors of different models do not compare.`,
  );
}

/**
 * The embedding that a client sent, or null when it sent none.
 * @throws BadInputError when its length, its numbers or its model cannot be used.
 */
export function vectorOf(
  embedding: readonly number[] | null | undefined,
  model: string | null | undefined,
): Vector | null {
  if (embedding == null) {
    if (model == null) return null;
    throw new BadInputError('"embeddingModel" came without "embedding": send both or neither.');
  }
  if (embedding.length !== DIMENSIONS) {
    throw new BadInputError(`"embedding" must hold exactly ${DIMENSIONS} numbers, got ${embedding.length}.`);
  }
  const values = Float32Array.from(embedding);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new BadInputError(`"embedding" must hold finite 32-bit numbers; number ${wrong} is ${embedding[wrong]}.`);
  }
  if (values.every((value) => value === 0)) {
    throw new BadInputError('"embedding" must not be all zeros: it has no direction to compare.');
  }
  return { model: checkModel(model), values };
}

/** Little-endian 32-bit floats, as the database keeps them. */
export function bytesOfVector({ values }: Vector): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, index) => {
    view.setFloat32(index * 4, value, true);
  });
  return new Uint8Array(view.buffer);
}

export function vectorFromBytes(model: string, bytes: Uint8Array): Vector {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    model,
    values: Float32Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(index * 4, true)),
  };
}
