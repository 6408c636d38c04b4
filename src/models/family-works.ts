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

export const burda2016: Citation = {
  key: 'burda2016importance',
  type: 'inproceedings',
  authors: 'Burda, Yuri and Grosse, Roger and Salakhutdinov, Ruslan',
  title: 'Importance weighted autoencoders',
  venue: 'International Conference on Learning Representations',
  year: 2016,
};

export const tomczak2018: Citation = {
  key: 'tomczak2018vampprior',
  type: 'inproceedings',
  authors: 'Tomczak, Jakub M. and Welling, Max',
  title: 'VAE with a VampPrior',
  venue: 'International Conference on Artificial Intelligence and Statistics',
  year: 2018,
};

export const sohn2015: Citation = {
  key: 'sohn2015learning',
  type: 'inproceedings',
  authors: 'Sohn, Kihyuk and Yan, Xinchen and Lee, Honglak',
  title: 'Learning structured output representation using deep conditional generative models',
  venue: 'Advances in Neural Information Processing Systems',
  year: 2015,
};

export const vandenoord2017: Citation = {
  key: 'vandenoord2017neural',
  type: 'inproceedings',
  authors: 'van den Oord, Aaron and Vinyals, Oriol and Kavukcuoglu, Koray',
  title: 'Neural discrete representation learning',
  venue: 'Advances in Neural Information Processing Systems',
  year: 2017,
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

export const sohlDickstein2015: Citation = {
  key: 'sohldickstein2015deep',
  type: 'inproceedings',
  authors: 'Sohl-Dickstein, Jascha and Weiss, Eric and Maheswaranathan, Niru and Ganguli, Surya',
  title: 'Deep unsupervised learning using nonequilibrium thermodynamics',
  venue: 'International Conference on Machine Learning',
  year: 2015,
};

export const ho2020: Citation = {
  key: 'ho2020denoising',
  type: 'inproceedings',
  authors: 'Ho, Jonathan and Jain, Ajay and Abbeel, Pieter',
  title: 'Denoising diffusion probabilistic models',
  venue: 'Advances in Neural Information Processing Systems',
  year: 2020,
};

export const song2021: Citation = {
  key: 'song2021denoising',
  type: 'inproceedings',
  authors: 'Song, Jiaming and Meng, Chenlin and Ermon, Stefano',
  title: 'Denoising diffusion implicit models',
  venue: 'International Conference on Learning Representations',
  year: 2021,
};

export const nichol2021: Citation = {
  key: 'nichol2021improved',
  type: 'inproceedings',
  authors: 'Nichol, Alexander Quinn and Dhariwal, Prafulla',
  title: 'Improved denoising diffusion probabilistic models',
  venue: 'International Conference on Machine Learning',
  year: 2021,
};

export const ronneberger2015: Citation = {
  key: 'ronneberger2015unet',
  type: 'inproceedings',
  authors: 'Ronneberger, Olaf and Fischer, Philipp and Brox, Thomas',
  title: 'U-Net: convolutional networks for biomedical image segmentation',
  venue: 'Medical Image Computing and Computer-Assisted Intervention',
  year: 2015,
};

export const salimans2022: Citation = {
  key: 'salimans2022progressive',
  type: 'inproceedings',
  authors: 'Salimans, Tim and Ho, Jonathan',
  title: 'Progressive distillation for fast sampling of diffusion models',
  venue: 'International Conference on Learning Representations',
  year: 2022,
};

export const lipman2023: Citation = {
  key: 'lipman2023flow',
  type: 'inproceedings',
  authors: 'Lipman, Yaron and Chen, Ricky T. Q. and Ben-Hamu, Heli and Nickel, Maximilian and Le, Matt',
  title: 'Flow matching for generative modeling',
  venue: 'International Conference on Learning Representations',
  year: 2023,
};

export const dinh2017: Citation = {
  key: 'dinh2017density',
  type: 'inproceedings',
  authors: 'Dinh, Laurent and Sohl-Dickstein, Jascha and Bengio, Samy',
  title: 'Density estimation using Real NVP',
  venue: 'International Conference on Learning Representations',
  year: 2017,
};

export const kingmaDhariwal2018: Citation = {
  key: 'kingma2018glow',
  type: 'inproceedings',
  authors: 'Kingma, Diederik P. and Dhariwal, Prafulla',
  title: 'Glow: generative flow with invertible 1x1 convolutions',
  venue: 'Advances in Neural Information Processing Systems',
  year: 2018,
};

export const hoSalimans2021: Citation = {
  key: 'ho2021classifier',
  type: 'inproceedings',
  authors: 'Ho, Jonathan and Salimans, Tim',
  title: 'Classifier-free diffusion guidance',
  venue: 'NeurIPS 2021 Workshop on Deep Generative Models and Downstream Applications',
  year: 2021,
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

export const hochreiter1997: Citation = {
  key: 'hochreiter1997long',
  type: 'article',
  authors: 'Hochreiter, Sepp and Schmidhuber, Jürgen',
  title: 'Long short-term memory',
  venue: 'Neural Computation',
  year: 1997,
};

export const cho2014: Citation = {
  key: 'cho2014learning',
  type: 'inproceedings',
  authors:
    'Cho, Kyunghyun and van Merriënboer, Bart and Gulcehre, Caglar and Bahdanau, Dzmitry and Bougares, Fethi and Schwenk, Holger and Bengio, Yoshua',
  title: 'Learning phrase representations using RNN encoder-decoder for statistical machine translation',
  venue: 'Conference on Empirical Methods in Natural Language Processing',
  year: 2014,
};

export const merity2018: Citation = {
  key: 'merity2018regularizing',
  type: 'inproceedings',
  authors: 'Merity, Stephen and Keskar, Nitish Shirish and Socher, Richard',
  title: 'Regularizing and optimizing LSTM language models',
  venue: 'International Conference on Learning Representations',
  year: 2018,
};

export const gal2016: Citation = {
  key: 'gal2016theoretically',
  type: 'inproceedings',
  authors: 'Gal, Yarin and Ghahramani, Zoubin',
  title: 'A theoretically grounded application of dropout in recurrent neural networks',
  venue: 'Advances in Neural Information Processing Systems',
  year: 2016,
};
