# Files embedded in the program: src/<folder>/embed/NAME, the ramps, the tile matrix sets, the message catalogues, and Leaflet with its clusters as Debian packages it. NAME becomes the symbols eg_embed_<NAME>_begin and
# _end, where every character of NAME that is not a letter or digit is written as an underscore.

EMBED_FILES   := $(wildcard src/*/embed/*) styles/ramps.yaml $(wildcard tiles/*.json) $(wildcard locales/*.json)
LEAFLET        = /usr/share/javascript/leaflet
LEAFLET_FILES := $(addprefix $(LEAFLET)/,leaflet.min.js leaflet.css leaflet.markercluster.min.js $(addprefix images/,layers.png layers-2x.png \
                   marker-icon.png marker-icon-2x.png marker-shadow.png))
EMBED_OBJECTS  = $(EMBED_FILES:%=$(BUILD)/%.embed.o) $(LEAFLET_FILES:%=$(BUILD)%.embed.o)

embed_symbol = eg_embed_$(shell basename '$1' | tr -c 'A-Za-z0-9\n' '_')

define embed
	@mkdir -p $(@D)
	@printf '.section .rodata\n.global %s_begin\n.global %s_end\n.hidden %s_begin\n.hidden %s_end\n.balign 16\n%s_begin:\n.incbin "%s"\n%s_end:\n.byte 0\n.section .note.GNU-stack,"",@progbits\n' \
	  $(call embed_symbol,$<) $(call embed_symbol,$<) $(call embed_symbol,$<) $(call embed_symbol,$<) \
	  $(call embed_symbol,$<) '$<' $(call embed_symbol,$<) > $(@:.o=.s)
	$(call say,EMBED) $(CC) -c -o $@ $(@:.o=.s)
endef

$(BUILD)/%.embed.o: %
	$(embed)

# Files of the system keep their whole path below the build folder.
$(BUILD)/usr/%.embed.o: /usr/%
	$(embed)
