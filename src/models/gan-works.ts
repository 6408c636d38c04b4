import type { Citation } from '../citation.ts';

/** The works that adversarial networks come from. */
export const goodfellow2014: Citation = {
  key: 'goodfellow2014generative',
  type: 'inproceedings',
  authors:
    'Goodfellow, Ian and Pouget-Abadie, Jean and Mirza, Mehdi and Xu, Bing and Warde-Farley, David and Ozair, Sherjil and Courville, Aaron and Bengio, Yoshua',
  title: 'Generative adversarial nets',
  venue: 'Advances in Neural Information Processing Systems',
  year: 2014,
};

export const radford2016: Citation = {
  key: 'radford2016unsupervised',
  type: 'inproceedings',
  authors: 'Radford, Alec and Metz, Luke and Chintala, Soumith',
  title: 'Unsupervised representation learning with deep convolutional generative adversarial networks',
  venue: 'International Conference on Learning Representations',
  year: 2016,
};

export const miyato2018spectral: Citation = {
  key: 'miyato2018spectral',
  type: 'inproceedings',
  authors: 'Miyato, Takeru and Kataoka, Toshiki and Koyama, Masanori and Yoshida, Yuichi',
  title: 'Spectral normalization for generative adversarial networks',
  venue: 'International Conference on Learning Representations',
  year: 2018,
};

export const miyato2018projection: Citation = {
  key: 'miyato2018cgans',
  type: 'inproceedings',
  authors: 'Miyato, Takeru and Koyama, Masanori',
  title: 'cGANs with projection discriminator',
  venue: 'International Conference on Learning Representations',
  year: 2018,
};

export const gulrajani2017: Citation = {
  key: 'gulrajani2017improved',
  type: 'inproceedings',
  authors:
    'Gulrajani, Ishaan and Ahmed, Faruk and Arjovsky, Martin and Dumoulin, Vincent and Courville, Aaron',
  title: 'Improved training of Wasserstein GANs',
  venue: 'Advances in Neural Information Processing Systems',
  year: 2017,
};

export const arjovsky2017: Citation = {
  key: 'arjovsky2017wasserstein',
  type: 'inproceedings',
  authors: 'Arjovsky, Martin and Chintala, Soumith and Bottou, Léon',
  title: 'Wasserstein generative adversarial networks',
  venue: 'International Conference on Machine Learning',
  year: 2017,
};

export const mescheder2018: Citation = {
  key: 'mescheder2018which',
  type: 'inproceedings',
  authors: 'Mescheder, Lars and Geiger, Andreas and Nowozin, Sebastian',
  title: 'Which training methods for GANs do actually converge?',
  venue: 'International Conference on Machine Learning',
  year: 2018,
};

export const mao2017: Citation = {
  key: 'mao2017least',
  type: 'inproceedings',
  authors:
    'Mao, Xudong and Li, Qing and Xie, Haoran and Lau, Raymond Y. K. and Wang, Zhen and Smolley, Stephen Paul',
  title: 'Least squares generative adversarial networks',
  venue: 'IEEE International Conference on Computer Vision',
  year: 2017,
};

export const lim2017: Citation = {
  key: 'lim2017geometric',
  type: 'misc',
  authors: 'Lim, Jae Hyun and Ye, Jong Chul',
  title: 'Geometric GAN',
  venue: 'arXiv:1705.02894',
  year: 2017,
};
