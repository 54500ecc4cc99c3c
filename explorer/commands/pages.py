"""The commands that tell a story: a page that needs no server, slides, a handout."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from explorer.commands import shared
from explorer.core.errors import InvalidQueryError, OutputError

StoryOpt = Annotated[
    Path | None,
    typer.Option("--story", metavar="FILE.yaml", help="Tell this story, with notes and its samples."),
]


def page(
    corpus: shared.CorpusArg,
    sample_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[SAMPLE_ID]...", help="Samples to take along.")
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE.html", help="File to write.")
    ] = Path("story.html"),
    story: StoryOpt = None,
    notes: Annotated[bool, typer.Option("--notes", help="With the story's notes for the speaker.")] = False,
) -> None:
    """Write one HTML file with animation, bands, profiles and labels of some samples; opens without a network."""
    if output.suffix.lower() not in (".html", ".htm"):
        raise OutputError(f"{output} is to be a page: name it .html")
    from explorer.export import credit, files, stories
    from explorer.export import page as pages

    told = stories.load(story) if story is not None else None
    with shared.opened(corpus) as opened:
        with shared.progress_bar("Packing samples") as progress:
            made = pages.make(opened, sample_ids or (), story=told, presenter_notes=notes, progress=progress)
        with files.replacing(output) as part:
            part.write_text(made.html, encoding="utf-8")
        notice = credit.of(opened, ("PF-SR", "S2-SR", "labels")).notice()
    size = output.stat().st_size
    typer.echo(f"Wrote {output}: {len(made.samples)} samples, {size / 1e6:.1f} MB")
    typer.echo(
        f"Planet Fusion values in it are within ±{made.max_error:.4f} of the corpus's reflectance, in the page and in its CSV "
        f"(root mean square {made.rms_error:.5f}); Sentinel-2 is exact."
    )
    for sample_id, count in made.missing.items():
        if count:
            typer.echo(f"{sample_id}: {count} of 146 dates are missing, and shown as missing")
    typer.echo(notice)


def slides(
    corpus: shared.CorpusArg,
    story: Annotated[Path, typer.Option("--story", metavar="FILE.yaml", help="The story to tell.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE.pptx", help="File to write.")
    ] = Path("story.pptx"),
    video: Annotated[
        bool, typer.Option("--video/--no-video", help="With the animations as videos, or pictures only.")
    ] = True,
) -> None:
    """Write a story as slides (PPTX): picture or video, map, profile, notes; needs the extra `slides`."""
    from explorer.export import credit, stories
    from explorer.export import slides as decks

    told = stories.load(story)
    with shared.opened(corpus) as opened:
        with shared.progress_bar("Making slides") as progress:
            made = decks.write(opened, told, output, video=video, progress=progress)
        notice = credit.of(opened, ("PF-SR", "S2-SR", "labels")).notice()
    size = output.stat().st_size
    typer.echo(f"Wrote {output}: {made.count} slides, {made.videos} with a video, {size / 1e6:.1f} MB")
    if made.why:
        typer.echo(f"Pictures only: {made.why}")
    typer.echo(notice)


def handout(
    corpus: shared.CorpusArg,
    story: Annotated[
        Path | None, typer.Option("--story", metavar="FILE.yaml", help="The story to tell.")
    ] = None,
    link: Annotated[
        str | None,
        typer.Option(metavar="QUERY", help="One view instead: the query of its link, as ?sample=..."),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE.pdf", help="File to write.")] = Path(
        "handout.pdf"
    ),
    base_url: Annotated[
        str,
        typer.Option(
            "--base-url",
            metavar="URL",
            help="Where readers reach the explorer: each view has its link and QR code.",
        ),
    ] = "",
) -> None:
    """Write a story, or one view, as a handout (PDF): a page a view with pictures, chart, note, link and credit."""
    from explorer.export import base_address, credit, registry, seen, stories, view_titles
    from explorer.export import handout as handouts
    from explorer.export.stories import State, Story

    if (story is None) == (link is None):
        raise InvalidQueryError(
            "a handout is of a story (--story FILE.yaml) or of one view (--link QUERY): name one"
        )
    registry.check_ending("handout", output)
    base_address.check(base_url)
    with shared.opened(corpus) as opened:
        if story is not None:
            told = stories.load(story)
        else:
            state = State(link or "", "")
            sample = state.sample or ""
            opened.cell(sample)
            view = seen.read(state, sample)
            told = Story(
                sample, (State(state.link, view_titles.of_view(opened, sample, view.date, view.other)),)
            )
        with shared.writing(output), shared.progress_bar("Making the handout") as progress:
            made = handouts.write(opened, told, output, base_url=base_url, progress=progress)
        notice = credit.of(opened, ("PF-SR", "S2-SR", "labels")).notice()
    pages = f"{made.pages} page{'s' if made.pages > 1 else ''}"
    typer.echo(f"Wrote {output}: {pages}, {output.stat().st_size / 1e6:.1f} MB")
    if made.why:
        typer.echo(f"Links without QR codes: {made.why}")
    typer.echo(notice)
