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
    """Return what to say when all weeks are complete; bonuses may be left."""
    exercises = progress.project.catalogue.exercises
    total = progress.total(exercises)
    n_bonuses = sum(exercise.is_stretch for exercise in exercises) - total.n_bonus
    done = "All of it is done" if not n_bonuses else "All of it is done but for bonuses"
    time = f" in {total.minutes / 60:.1f} hours" if total.minutes >= 60 else ""
    return [
        f"{done}: {_exercises(total.n_done + total.n_bonus)}{time}. You have built the "
        "mathematics of a language model and of a picture generator, from the inner product on.",
        "",
        "Now watch your own functions at work:",
        '  kata show nanogpt --prompt "To be"    your GPT writes',
        "  kata show ddpm 7                      your sampler draws",
        "  kata show training                    your network learns to read digits",
        "",
        "Where to go from here:",
        "  - The map at the end of week4/README.md says where each piece is used.",
        "  - nanoGPT itself, in PyTorch: https://github.com/karpathy/nanoGPT",
        "  - Deep Learning, by Goodfellow, Bengio and Courville: https://www.deeplearningbook.org",
    ]


def _exercises(number: int) -> str:
    return "1 exercise" if number == 1 else f"{number} exercises"
