// SPDX-License-Identifier: MIT
#pragma once
#include <QStringList>

#include "app/motion/take_editor.h"
#include "formats/motion/session_file.h"

namespace hmr {

/// The window's work as a document: edits, boxes, take and keys of the session and editor, and what was opened.
SessionDocument documentOf(const Session& session, const TakeEditor& editor, const QStringList& sources, const QString& shown);

/// The edits and boxes of a document.
SessionState sessionStateOf(const SessionDocument& document);

}  // namespace hmr
