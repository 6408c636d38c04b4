import type { Citation } from '../citation.ts';

export const yosinski2014: Citation = {
  key: 'yosinski2014transferable',
  type: 'inproceedings',
  authors: 'Yosinski, Jason and Clune, Jeff and Bengio, Yoshua and Lipson, Hod',
  title: 'How transferable are features in deep neural networks?',
  venue: 'Advances in Neural Information Processing Systems',
  year: 2014,
};
