# SPDX-License-Identifier: GPL-3.0-or-later
# The front door. `make demo` and `make test` do all they need on a fresh Debian 12 machine.
#   make demo                  render the sample, analyse it, say where the report is
#   make demo MEDIA=clip.mp4   analyse your own file
#   make test                  every test: release, ASan+UBSan, the threaded ones under TSan, parsers under MSan; checks of the tree
#   make bench                 speed against peers, in the same run
#   make eval                  every clip, photo and voice of UNMASK_TESTDATA, analysed and counted; the detectors beside their peers
#   make models               train the face networks again (hours; needs UNMASK_TESTDATA and UNMASK_MEDIA)
#   make voice                 train the voice network (hours; the same), make voice-folds: with each fifth of the sources set aside
#   make lips                 train what tells whether lips move with a sound (half an hour; needs PyTorch, and the same)
#   make opus                train the network that hears whether a voice went through Opus (an hour; the same)
#   make faces                train the networks of manipulated and of generated faces (hours; the same)
#   make build, make install, make clean

comma = ,
MEDIA ?=
PREFIX ?= /usr/local

.PHONY: demo test build bench eval models voice voice-calibration voice-folds opus speaker lips faces face-calibration install clean setup setup-test

demo: build
	@mkdir -p demo
	@if [ -z "$(MEDIA)" ]; then \
	    [ -f demo/sample.mp4 ] || ./build/forge/unmask-sample --seconds 24 demo/sample.mp4; \
	fi
	./build/cli/unmask analyze --html demo/report.html --json demo/report.json \
	    "$(or $(MEDIA),demo/sample.mp4)"
	@echo "Open $(CURDIR)/demo/report.html in a browser."

build: setup
	@[ -f build/build.ninja ] || meson setup build --buildtype=release -Dprefix=$(PREFIX) >/dev/null
	@ninja -C build --quiet

setup:
	@tools/setup.sh
setup-test:
	@tools/setup.sh test

# The builds that tests/run wants. Warnings are errors here, and only here: another compiler has others. Some 200 programs, and as
# many mutants, are linked: gold takes a quarter of the time of ld.
test_build = [ -f $(1)/build.ninja ] || CC_LD=$${CC_LD:-gold} meson setup $(1) --werror $(2) >/dev/null
test: setup-test
	@$(call test_build,build-test,--buildtype=release)
	@$(call test_build,build-asan,-Dbuildtype=debugoptimized -Doptimization=2 -Db_sanitize=address$(comma)undefined -Db_lundef=false)
	@$(call test_build,build-tsan,-Dbuildtype=debugoptimized -Doptimization=2 -Db_sanitize=thread -Db_lundef=false)
	@CC=clang-14 CC_LD=lld-14 && export CC CC_LD && \
	    $(call test_build,build-msan,-Dbuildtype=debugoptimized -Doptimization=1 -Db_sanitize=memory -Db_lundef=false)
	@for b in build-test build-asan; do ninja -C $$b --quiet || exit 1; done
	@ninja -C build-tsan --quiet threaded
	@ninja -C build-msan --quiet fuzzed
	@tests/run build-test build-asan build-tsan build-msan

bench: build
	bench/run build

eval: build
	UNMASK_TESTDATA=$(TESTDATA) tests/eval/all_media.py build/cli/unmask build/eval
	UNMASK_TESTDATA=$(TESTDATA) UNMASK_MEDIA=$(TRAINING_MEDIA) tests/eval/eval_detectors.py build/cli/unmask --peers

# The two face networks that the program carries, from the labelled faces of UNMASK_TESTDATA and, of the detector, the
# training clips and stills of UNMASK_MEDIA (../shared/media). MPIRUN="mpirun -n 2" shares the work among processes
# or machines; an interrupted run goes on where it stopped.
TESTDATA ?= $(or $(UNMASK_TESTDATA),../shared)
TRAINING_MEDIA ?= $(or $(UNMASK_MEDIA),../media)
LANDMARK_OPTIONS ?= --batch 16 --shards 2 --renders 640 --signs 0.3 --video 0.4 --poor 0.12
LANDMARK_FIRST ?= --steps 18000 --rate 0.0025
LANDMARK_THEN ?= --steps 6000 --rate 0.001 --seed 2
DETECTOR_OPTIONS ?= --media $(TRAINING_MEDIA) --batch 32 --shards 4 --clean 0.5 --poor 0.2 --video 0.1 --signs 0.15 --large 0.15
DETECTOR_FIRST ?= --steps 30000 --rate 0.003
DETECTOR_THEN ?= --steps 12000 --rate 0.0015 --seed 2 --pages 0.07
# $(call train,network,folder,options): goes on where its checkpoint is
train = @mkdir -p build/models/$(2) && $(MPIRUN) build/models/train/unmask-models $(1) --data $(TESTDATA)/data/faces \
    --teachers $(TESTDATA)/models --work build/models/$(2) --out build/models/$(2)/$(1).onnx --resume $(3)
models: build
	@ninja -C build --quiet models/train/unmask-models
	$(call train,landmarks,landmarks_first,--arch models/arch/landmarks.net $(LANDMARK_OPTIONS) $(LANDMARK_FIRST))
	$(call train,landmarks,landmarks,--start build/models/landmarks_first/landmarks.onnx $(LANDMARK_OPTIONS) $(LANDMARK_THEN))
	$(call train,detector,detector_first,--arch models/arch/detector.net $(DETECTOR_OPTIONS) $(DETECTOR_FIRST))
	$(call train,detector,detector,--start build/models/detector_first/detector.onnx $(DETECTOR_OPTIONS) $(DETECTOR_THEN))
	for n in landmarks detector; do cp build/models/$$n/$$n.onnx models/unmask_$$n.onnx; done
	for n in landmarks detector; do \
	    sed -i "s/\"sha256\": \"[0-9a-f]*\"/\"sha256\": \"$$(sha256sum <models/unmask_$$n.onnx | cut -c1-64)\"/" \
	        models/manifests/unmask_$$n.json; done
	@echo "New weights in models/: make build puts them into the program."

# The voice network, from UNMASK_MEDIA/voices and the sound of UNMASK_TESTDATA, by its recipe; an interrupted run goes on where it
# stopped. voice-folds: each fifth of the sources set aside once, with its table.
VOICE_RECIPE ?= models/recipes/voice.recipe
VOICE_HELD = $(shell sed -n 's/^held *= *\([^ ]*\).*/\1/p' $(VOICE_RECIPE))
VOICE_FOLD_STEPS ?= 3000
voices = $(TRAINING_MEDIA)/voices $(TESTDATA)/data/audio
voice_store = --store build/voice/store
voice: build
	@ninja -C build --quiet models/train/unmask-voice && mkdir -p build/voice
	build/cli/unmask train $(voices) --recipe $(VOICE_RECIPE) --cache build/voice/store --out build/voice/all
	build/models/train/unmask-voice evaluate $(voices) $(voice_store) --held $(VOICE_HELD) --start build/voice/all/voice.onnx
	cp build/voice/all/voice.onnx models/unmask_voice.onnx
	sed -i "s/\"sha256\": \"[0-9a-f]*\"/\"sha256\": \"$$(sha256sum <models/unmask_voice.onnx | cut -c1-64)\"/" models/manifests/unmask_voice.json
	$(MAKE) voice-calibration
# What the network says of voices is calibrated on voices that it was not trained on: those of the sources set aside, with real
# clips, and by networks of the same recipe those of the other folds (voice-folds: each fifth of the sources set aside once).
VOICE_FOLDS = 2 3 4 5
voice_held = build/models/train/unmask-voice held $(voices) $(voice_store) --held
voice_scores = build/cli/unmask evaluate --signals voice_generated --cache build/voice/cache
voice-calibration: build
	@ninja -C build --quiet models/train/unmask-voice && mkdir -p build/voice/held
	$(voice_held) $(VOICE_HELD) --others $(TRAINING_MEDIA)/clips --out build/voice/held/1.csv
	$(voice_scores) --save-scores build/voice/held/1.scores build/voice/held/1.csv
	for k in $(VOICE_FOLDS); do \
	    [ ! -d build/voice/fold$$k ] || { $(voice_held) $$k/5 --out build/voice/held/$$k.csv && \
	    $(voice_scores) --models build/voice/fold$$k --save-scores build/voice/held/$$k.scores build/voice/held/$$k.csv; } || exit 1; \
	done
	awk 'FNR > 1 || NR == 1' build/voice/held/?.csv >build/voice/held.csv
	awk 'FNR > 1 || NR == 1' build/voice/held/?.scores | cut -d, -f1,2 >build/voice/held.scores
	build/cli/unmask evaluate --scores build/voice/held.scores --calibrate src/fusion/calibration.json build/voice/held.csv
	$(MAKE) build
voice-folds: build
	@ninja -C build --quiet models/train/unmask-voice && mkdir -p build/voice
	@for k in $(VOICE_FOLDS); do \
	    sed "s/^held *=.*/held = $$k\/5/; s/^\(steps\|validate_every\) *=.*/\1 = $(VOICE_FOLD_STEPS)/" $(VOICE_RECIPE) \
	        >build/voice/fold$$k.recipe && \
	    build/cli/unmask train $(voices) --recipe build/voice/fold$$k.recipe --cache build/voice/store --out build/voice/fold$$k && \
	    build/models/train/unmask-voice evaluate $(voices) $(voice_store) --held $$k/5 --start build/voice/fold$$k/voice.onnx || exit 1; \
	done

# Whether a voice went through Opus, from the same voices and encoders run on the way (docs/models/opus.md).
opus: build
	@ninja -C build --quiet models/train/unmask-voice && mkdir -p build/voice/opus
	build/models/train/unmask-voice opus $(voices) $(voice_store) --held $(VOICE_HELD) --start models/arch/opus.net \
	    --work build/voice/opus --out build/voice/opus/opus.onnx
	cp build/voice/opus/opus.onnx models/unmask_opus.onnx
	sed -i "s/\"sha256\": \"[0-9a-f]*\"/\"sha256\": \"$$(sha256sum <models/unmask_opus.onnx | cut -c1-64)\"/" models/manifests/unmask_opus.json
	$(MAKE) build

# What tells speakers apart (docs/models/speaker.md): speakers in real recordings (some of them laid out by tools/more_speakers.py
# from a mirror of the repository that holds them), and voices of text to speech.
SPEAKERS_MIRROR ?= ../.mirror/resemble-ai+Resemblyzer/repo
more_speakers = build/voice/more_speakers
speaker_frames = build/models/train/unmask-speaker $(voice_store)
speaker: build
	@ninja -C build --quiet models/train/unmask-speaker && mkdir -p build/voice
	[ -f $(more_speakers)/labels.csv ] || tools/more_speakers.py $(SPEAKERS_MIRROR) $(more_speakers) $(voices:%=%/labels.csv)
	$(speaker_frames) --out build/voice/speakers.f32 $(voices) $(more_speakers)
	$(speaker_frames) --takes 2 --filter 'split=train,label=fake,kind=tts|vocoder|classic,source=synesthesiam/opentts|wavegrad/wavegrad.github.io' \
	    --out build/voice/spoken.f32 $(TRAINING_MEDIA)/voices
	/usr/bin/python3 tools/speaker_model.py build/voice/speakers.f32,build/voice/spoken.f32
	/usr/bin/python3 tools/speaker_model.py build/voice/speakers.f32,build/voice/spoken.f32 models/unmask_speaker.txt

# What tells whether lips move with a sound (docs/models/lips.md): mouths and sound of clips, real ones for 30 s, fakes for 10.
lip_lists = $(TRAINING_MEDIA)/clips/labels.csv $(TESTDATA)/data/faces/labels.csv
lips: build
	@ninja -C build --quiet models/train/unmask-lips && mkdir -p build/lips
	tools/lip_model.py --rows $(lip_lists) >build/lips/rows
	while read -r seconds root path; do build/models/train/unmask-lips "$$seconds" build/lips "$$root" "$$path"; done <build/lips/rows
	tools/lip_model.py --out models/unmask_lips.txt --golden tests/unit/lip_network_golden.h build/lips $(lip_lists)

# The networks of manipulated and of generated faces, by their recipes, from UNMASK_MEDIA (dfdc: laid out by tools/dfdc_crops.py
# from a mirror of the repository of the DFDC crops) and the photos of UNMASK_TESTDATA.
DFDC_MIRROR ?= ../.mirror/i-Shreyansh+DeepFake-Detection/repo
photos_and_clips = $(TRAINING_MEDIA)/stills $(TRAINING_MEDIA)/clips $(TESTDATA)/data/faces
# $(call faces,name,lists)
faces = build/cli/unmask train $(2) --recipe models/recipes/$(1).recipe --cache build/faces/crops --out build/faces/$(1)
faces: build
	[ -f $(TRAINING_MEDIA)/dfdc/labels.csv ] || tools/dfdc_crops.py $(DFDC_MIRROR) $(TESTDATA) $(TRAINING_MEDIA)/dfdc
	@mkdir -p build/faces
	$(call faces,face,$(photos_and_clips) $(TRAINING_MEDIA)/dfdc)
	$(call faces,generated,$(photos_and_clips))
	for n in face generated; do \
	    cp build/faces/$$n/$$n.onnx models/unmask_$$n.onnx; \
	    sed -i "s/\"sha256\": \"[0-9a-f]*\"/\"sha256\": \"$$(sha256sum <models/unmask_$$n.onnx | cut -c1-64)\"/" models/manifests/unmask_$$n.json; \
	done
	$(MAKE) face-calibration
# Of the sources that their recipes set aside.
calibrate = build/cli/unmask evaluate --signals $(1) --cache build/faces/cache --calibrate src/fusion/calibration.json build/faces/$(2)/held.csv
face-calibration: build
	@ninja -C build --quiet models/train/unmask-face && mkdir -p build/faces
	for n in face generated; do \
	    build/models/train/unmask-face held $(photos_and_clips) --recipe models/recipes/$$n.recipe --crops build/faces/crops --out build/faces/$$n || exit 1; \
	done
	$(call calibrate,face_manipulated,face)
	$(call calibrate,face_generated,generated)
	$(MAKE) build

install: build
	@[ "$(origin PREFIX)" = file ] || { meson configure build -Dprefix=$(PREFIX) && ninja -C build --quiet; }
	meson install -C build --no-rebuild

clean:
	rm -rf build build-test build-asan build-tsan build-msan demo
