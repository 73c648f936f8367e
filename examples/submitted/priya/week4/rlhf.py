"""RLHF: better answers, on a leash that keeps the model near the one it started from."""

import numpy as np


def kl_penalized_reward(
    reward: np.ndarray, logp: np.ndarray, logp_ref: np.ndarray, beta: float
) -> np.ndarray:
    """Return the rewards of sampled answers after the penalty for leaving the reference model.

    A reward model has seen answers of the reference model only. Far from those its marks mean
    nothing, and a policy that is trained on them finds the nonsense that gets the best mark: reward
    hacking. So RLHF pays for each answer the reward minus beta times how much likelier the policy
    made it than the reference did. On average over the policy's own answers that is beta times
    their KL divergence.

    Parameters
    ----------
    reward : ndarray of shape (n,)
        What the reward model gave to each whole answer.
    logp : ndarray of shape (n, T)
        Natural log-probability of each token under the policy that is being trained.
    logp_ref : ndarray of shape (n, T)
        The same under the reference model, which stays as it is.
    beta : float
        The leash: 0 leaves the reward alone, more holds the policy closer to the reference.

    Returns
    -------
    ndarray of shape (n,)
        reward − beta · Σ_t (logp − logp_ref), a sum over the tokens of each answer. It may exceed
        the reward: an answer that the reference finds likelier than the policy does is paid extra.

    References
    ----------
    L. Ouyang et al., Training language models to follow instructions with human feedback, 2022,
    eq. (2).

    Examples
    --------
    >>> logp, logp_ref = np.array([[-1.0, -1.0]]), np.array([[-2.0, -3.0]])
    >>> kl_penalized_reward(np.array([5.0]), logp, logp_ref, beta=0.5).tolist()
    [3.5]
    """
    return reward - beta * np.sum(logp - logp_ref, axis=1)


def kl_estimates(logp: np.ndarray, logp_ref: np.ndarray) -> tuple[float, float]:
    """Estimate the KL divergence of a policy from its reference out of sampled tokens, in two ways.

    The exact divergence needs the probabilities of all 50,000 tokens at every position; a training
    loop has those of the sampled ones. With k1 = logp − logp_ref of a token that the policy drew,
    the mean of k1 is right on average, but single values are often negative, which a divergence
    never is. Adding e^(−k1) − 1, whose average is 0, gives k3: right on average as well, never
    negative, and far less noisy. It is the KL term of GRPO, which trained DeepSeek-R1.

    Parameters
    ----------
    logp : ndarray of shape (n, T)
        Natural log-probability of each token under the policy that drew it.
    logp_ref : ndarray of shape (n, T)
        The same under the reference model.

    Returns
    -------
    k1 : float
        Mean over all tokens of k1 = logp − logp_ref, in nats.
    k3 : float
        Mean over all tokens of e^(−k1) − 1 + k1, in nats, never below 0. Early in training the two
        models hardly differ, and k1 is tiny: k3 is then about k1²/2, and has correct digits there
        too, where e^(−k1) − 1 taken literally has lost them all.

    References
    ----------
    J. Schulman, Approximating KL Divergence, 2020, http://joschu.net/blog/kl-approx.html.
    Z. Shao et al., DeepSeekMath, 2024, eq. (4).

    Examples
    --------
    >>> k1, k3 = kl_estimates(np.log([[0.5, 0.25]]), np.log([[0.25, 0.5]]))
    >>> abs(round(float(k1), 6))  # ln 2 and -ln 2
    0.0
    >>> round(float(k3), 6)  # of 1/2 - 1 + ln 2 and 2 - 1 - ln 2
    0.25
    """
    k1 = logp - logp_ref
    k3 = np.expm1(-k1) + k1
    return k1.mean(), np.maximum(k3, 0.0).mean()


def dpo_loss(
    logp_chosen: np.ndarray,
    logp_rejected: np.ndarray,
    ref_chosen: np.ndarray,
    ref_rejected: np.ndarray,
    beta: float,
) -> float:
    """Return the loss of direct preference optimisation.

    RLHF trains a reward model on pairs of answers, of which people preferred one, and then a policy
    on its rewards and the KL penalty. The best such policy can be solved for: its log-ratio to the
    reference is the reward. DPO puts that into the loss of the reward model, and what remains is a
    logistic regression on pairs: no reward model, no sampling. The model is asked to prefer the
    chosen answer by a wider margin than the reference does.

    Parameters
    ----------
    logp_chosen, logp_rejected : ndarray of shape (n,)
        Natural log-probability of the two whole answers (sums over their tokens) under the policy.
    ref_chosen, ref_rejected : ndarray of shape (n,)
        The same two under the reference model.
    beta : float
        The strength of the KL penalty that is built in: the factor on the margin.

    Returns
    -------
    float
        Mean over the pairs of −log σ(beta · margin), in nats, where the margin is
        (logp_chosen − ref_chosen) − (logp_rejected − ref_rejected). Long answers have log-
        probabilities in the thousands: margins of ±10,000 are fine, without overflow, without the
        log of 0 and without a warning.

    References
    ----------
    R. Rafailov et al., Direct Preference Optimization, 2023, eq. (7).

    Examples
    --------
    >>> undecided = np.array([-7.0])
    >>> loss = dpo_loss(undecided, undecided, undecided, undecided, beta=0.1)
    >>> round(float(loss), 6)  # the log of 2
    0.693147
    """
    margin = (logp_chosen - ref_chosen) - (logp_rejected - ref_rejected)
    return np.logaddexp(0.0, -beta * margin).mean()


def bradley_terry_loss(r_chosen: np.ndarray, r_rejected: np.ndarray) -> float:
    """Return the loss of a reward model on pairs of answers, of which people preferred one.

    People cannot give an answer a mark that means the same tomorrow, but they can say which of two
    is better. The Bradley-Terry model turns marks into such choices: the answer with reward a is
    preferred to the one with reward b with probability σ(a − b), where σ is week 2's `sigmoid`. A
    reward model is trained so that the choices that were made become likely.

    Parameters
    ----------
    r_chosen, r_rejected : ndarray of shape (n,)
        The rewards that the model gives to the preferred answer of each pair, and to the other one;
        any numbers, ±10,000 included.

    Returns
    -------
    float
        Mean over the pairs of −ln σ(r_chosen − r_rejected), in nats, without overflow, without the
        log of 0 and without a warning. Only differences count: rewards have no zero of their own.

    References
    ----------
    R. Bradley, M. Terry, Rank Analysis of Incomplete Block Designs, 1952.
    L. Ouyang et al., Training language models to follow instructions with human feedback, 2022,
    eq. (1).

    Examples
    --------
    >>> loss = bradley_terry_loss(np.array([np.log(3.0)]), np.array([0.0]))  # preferred: 3 to 1
    >>> round(float(loss), 6)  # the log of 4/3
    0.287682
    """
    return np.logaddexp(0.0, r_rejected - r_chosen).mean()


def grpo_advantages(rewards: np.ndarray, eps: float = 1e-8) -> np.ndarray:
    """Return how much better each answer is than the others to the same question.

    Whether a reward of 3 is good depends on the question: an *advantage* is a reward compared with
    what was to be expected. PPO trains a second network to expect it. GRPO just draws a group of
    answers to each question and standardises their rewards, as week 3's `gaussian_mle` measures
    mean and spread.

    Parameters
    ----------
    rewards : ndarray of shape (..., G)
        Rewards of the G answers to one question along the last axis; the leading axes, if any, are
        questions.
    eps : float
        A small positive number, added to the standard deviation.

    Returns
    -------
    ndarray of shape (..., G)
        (reward − mean) / (standard deviation + eps), both over the last axis, the deviation with G
        in the denominator (not G − 1). Where all rewards of a group are equal, nothing is to be
        learned from it, and the advantages are exactly 0: no rounding of the mean may pass for a
        difference.

    References
    ----------
    Z. Shao et al., DeepSeekMath, 2024, section 4.1.2.

    Examples
    --------
    >>> grpo_advantages(np.array([[1.0, 3.0], [0.1, 0.1]])).round(6).tolist()
    [[-1.0, 1.0], [0.0, 0.0]]
    """
    above = rewards - rewards.min(axis=-1, keepdims=True)
    return (above - above.mean(axis=-1, keepdims=True)) / (above.std(axis=-1, keepdims=True) + eps)


def ppo_clip_loss(
    logp: np.ndarray, logp_old: np.ndarray, advantages: np.ndarray, epsilon: float = 0.2
) -> float:
    """Return the clipped loss of PPO: more of what was good, but in small steps.

    The answers were drawn by the policy as it was some steps ago. ρ, the ratio of a token's
    probability now and then, says how far it has been moved since. Raising ρ of good tokens and
    lowering that of bad ones is the aim; but the farther the policy is from the one that drew, the
    less its samples say about it. So beyond 1 ± epsilon a further move is not rewarded any more. A
    move in the wrong direction is never hidden by the clipping: it counts in full.

    Parameters
    ----------
    logp : ndarray of shape (n, T)
        Natural log-probability of each token under the policy that is being trained.
    logp_old : ndarray of shape (n, T)
        The same under the policy that drew the tokens.
    advantages : ndarray of shape (n, T)
        How much better than expected each token was; negative for one that was worse.
    epsilon : float
        How far from 1 a ratio is worth moving, between 0 and 1.

    Returns
    -------
    float
        Minus the mean over all tokens of min(ρ A, clip(ρ, 1 − epsilon, 1 + epsilon) A), where A is
        the token's advantage and ρ = e^(logp − logp_old).

    References
    ----------
    J. Schulman et al., Proximal Policy Optimization Algorithms, 2017, eq. (7).

    Examples
    --------
    >>> logp = np.log(np.array([[0.6, 0.6, 0.1, 0.1]]))
    >>> logp_old = np.log(np.array([[0.4, 0.4, 0.2, 0.2]]))  # ratios 1.5, 1.5, 0.5, 0.5
    >>> advantages = np.array([[1.0, -1.0, 1.0, -1.0]])  # count as 1.2, -1.5, 0.5, -0.8
    >>> round(float(ppo_clip_loss(logp, logp_old, advantages)), 6)
    0.15
    """
    ratio = np.exp(logp - logp_old)
    return np.maximum(-ratio * advantages, -ratio.clip(1 - epsilon, 1 + epsilon) * advantages).mean()
