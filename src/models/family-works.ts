import type { Citation } from '../citation.ts';

/** The works that the model families come from. */
export const kingma2014: Citation = {
  key: 'kingma2014auto',
  type: 'inproceedings',
  authors: 'Kingma, Diederik P. and Welling, Max',
  title: 'Auto-encoding variational Bayes',
  venue: 'International Conference on Learning Representations',
  year: 2014,
};

export const hinton2006: Citation = {
  key: 'hinton2006reducing',
  type: 'article',
  authors: 'Hinton, Geoffrey E. and Salakhutdinov, Ruslan R.',
  title: 'Reducing the dimensionality of data with neural networks',
  venue: 'Science',
  year: 2006,
};

export const vincent2010: Citation = {
  key: 'vincent2010stacked',
  type: 'article',
  authors:
    'Vincent, Pascal and Larochelle, Hugo and Lajoie, Isabelle and Bengio, Yoshua and Manzagol, Pierre-Antoine',
  title:
    'Stacked denoising autoencoders: learning useful representations in a deep network with a local denoising criterion',
  venue: 'Journal of Machine Learning Research',
  year: 2010,
};

export const vaswani2017: Citation = {
  key: 'vaswani2017attention',
  type: 'inproceedings',
  authors:
    'Vaswani, Ashish and Shazeer, Noam and Parmar, Niki and Uszkoreit, Jakob and Jones, Llion and Gomez, Aidan N. and Kaiser, Łukasz and Polosukhin, Illia',
  title: 'Attention is all you need',
  venue: 'Advances in Neural Information Processing Systems',
  year: 2017,
};

export const radford2019: Citation = {
  key: 'radford2019language',
  type: 'misc',
  authors:
    'Radford, Alec and Wu, Jeffrey and Child, Rewon and Luan, David and Amodei, Dario and Sutskever, Ilya',
  title: 'Language models are unsupervised multitask learners',
  venue: 'OpenAI',
  year: 2019,
};

export const touvron2023: Citation = {
  key: 'touvron2023llama',
  type: 'misc',
  authors:
    'Touvron, Hugo and Lavril, Thibaut and Izacard, Gautier and Martinet, Xavier and Lachaux, Marie-Anne and Lacroix, Timothée and Rozière, Baptiste and Goyal, Naman and Hambro, Eric and Azhar, Faisal and Rodriguez, Aurelien and Joulin, Armand and Grave, Edouard and Lample, Guillaume',
  title: 'LLaMA: open and efficient foundation language models',
  venue: 'arXiv:2302.13971',
  year: 2023,
};
