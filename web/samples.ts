// The models that come with the page.

export interface Sample {
  title: string;
  folder: string;
  labels: string[];
  /** Example images for the first image input. */
  images?: string[];
  /** Example values by input name. */
  values?: Record<string, string>;
}

const wine = {
  alcohol: 13.24,
  malic_acid: 2.59,
  ash: 2.87,
  alcalinity_of_ash: 21,
  magnesium: 118,
  total_phenols: 2.8,
  flavanoids: 2.69,
  nonflavanoid_phenols: 0.39,
  proanthocyanins: 1.82,
  color_intensity: 4.32,
  hue: 1.04,
  od280_od315_of_diluted_wines: 2.93,
  proline: 735,
};

export const samples: Sample[] = [
  {
    title: 'Digits (MobileNetV2)',
    folder: 'samples/digits_mobilenet_v2/',
    labels: Array.from({ length: 10 }, (_, i) => String(i)),
    images: Array.from({ length: 10 }, (_, i) => `samples/digits/digit_${i}.png`),
  },
  {
    title: 'Wine (13 named inputs)',
    folder: 'samples/wine_tabular/',
    labels: ['class 0', 'class 1', 'class 2'],
    values: Object.fromEntries(Object.entries(wine).map(([k, v]) => [k, String(v)])),
  },
];
