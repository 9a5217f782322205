# The workflow with all its packages; `docs/clusters.md` says how to build and run it. It has not been built by its authors.
FROM python:3.13-slim-bookworm

# A font with Chinese signs, for figures whose labels have them.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /workflow
COPY requirements.txt .
RUN pip install --no-cache-dir --compile --require-hashes --requirement requirements.txt

COPY . .
RUN python -m compileall -q scripts

# Results, and a study of your own, lie in the folder that is mounted here.
WORKDIR /study
ENTRYPOINT ["snakemake", "--snakefile", "/workflow/Snakefile"]
CMD ["--cores", "all"]
