/** What `hx inspect` found: the same shape as that of the command line, which this layer does not know. */
export interface Inspection {
  readonly what: string;
  readonly kind: string;
  readonly sections: readonly InspectSection[];
}

export type InspectField = readonly [label: string, value: string | number | boolean];

export interface InspectSection {
  readonly title: string;
  readonly fields: readonly InspectField[];
}

/** A kind with its sections, before it is known how it was asked for. */
export interface Decoded {
  readonly kind: string;
  readonly sections: readonly InspectSection[];
}
