"""What is said when a week is complete, and when everything is."""

from __future__ import annotations

from exercises.catalogue import Week
from kata.progress import Progress


def milestone(progress: Progress, week: Week) -> list[str]:
    """Return what to say of a week that is complete but for bonuses, else nothing."""
    total = progress.total(week.exercises)
    if not total.is_complete:
        return []
    weeks = progress.project.catalogue.weeks
    index = weeks.index(week)
    n_bonuses = sum(exercise.is_stretch for exercise in week.exercises) - total.n_bonus
    says = f"{week.name} is complete: {week.title}."
    if n_bonuses:
        says += f" Bonuses left: {n_bonuses}."
    if index + 1 < len(weeks):
        says += f" The next lesson: {weeks[index + 1].name}/README.md"
    return [says]


def farewell(progress: Progress) -> list[str]:
    """Return what to say when all weeks are complete."""
    total = progress.total(progress.project.catalogue.exercises)
    time = f" in {total.minutes / 60:.1f} hours" if total.minutes >= 60 else ""
    return [
        f"All of it is done: {total.n_done + total.n_bonus} exercises{time}. You have built the "
        "mathematics of a language model and of a picture generator, from the inner product on.",
        "",
        "Now watch your own functions at work:",
        '  kata show nanogpt --prompt "To be"    your GPT writes',
        "  kata show ddpm 7                      your sampler draws",
        "",
        "Where to go from here:",
        "  - The map at the end of week4/README.md says where each piece is used.",
        "  - nanoGPT itself, in PyTorch: https://github.com/karpathy/nanoGPT",
        "  - Deep Learning, by Goodfellow, Bengio and Courville: https://www.deeplearningbook.org",
    ]
